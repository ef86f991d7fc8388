// A STAND-IN for Microsoft.Skype.Bots.Media, for tests: written from the public API reference
// (microsoft-graph-comms-samples, docs/bot_media). No code and no binary of Microsoft's. What only the stand-in has lies
// in the namespace StandIn.
using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using System.Threading;

namespace Microsoft.Skype.Bots.Media
{
    public interface IAudioSocket : IDisposable
    {
        event EventHandler<AudioMediaReceivedEventArgs> AudioMediaReceived;
        event EventHandler<AudioSendStatusChangedEventArgs> AudioSendStatusChanged;
        event EventHandler<DominantSpeakerChangedEventArgs> DominantSpeakerChanged;
        event EventHandler<MediaStreamFailureEventArgs> MediaStreamFailure;
        event EventHandler<ToneReceivedEventArgs> ToneReceived;
        AudioQualityOfExperienceData GetQualityOfExperienceData();
        void Send(AudioMediaBuffer buffer);
        void SendDtmfTone(ToneId tone);
        void SendDtmfTones(IEnumerable<ToneId> tones, int delayBetweenTonesInMilliseconds = -1);
    }

    public interface IVideoSocket : IDisposable
    {
        MediaType MediaType { get; }
        int SocketId { get; }
        event EventHandler<VideoMediaReceivedEventArgs> VideoMediaReceived;
        event EventHandler<VideoReceiveStatusChangedEventArgs> VideoReceiveStatusChanged;
        event EventHandler<VideoSendStatusChangedEventArgs> VideoSendStatusChanged;
        event EventHandler<VideoKeyFrameNeededEventArgs> VideoKeyFrameNeeded;
        event EventHandler<MediaStreamFailureEventArgs> MediaStreamFailure;
        void Send(VideoMediaBuffer buffer);
        void Subscribe(VideoResolution preferredVideoResolution);
        void Subscribe(VideoResolution preferredVideoResolution, uint MediaSourceId);
        void Unsubscribe();
        void RequestKeyFrame();
    }

    public sealed class AudioSocket : IAudioSocket
    {
        readonly AudioSocketSettings settings;
        internal readonly List<byte[]> Sent = new List<byte[]>();
        internal readonly List<string> Said = new List<string>();
        internal bool Active;

        public AudioSocket(AudioSocketSettings settings)
        {
            if (settings == null || string.IsNullOrEmpty(settings.CallId)) throw new ArgumentException("CallId");
            this.settings = settings;
        }

        public event EventHandler<AudioMediaReceivedEventArgs> AudioMediaReceived;
        public event EventHandler<AudioSendStatusChangedEventArgs> AudioSendStatusChanged;
        public event EventHandler<DominantSpeakerChangedEventArgs> DominantSpeakerChanged;
        public event EventHandler<MediaStreamFailureEventArgs> MediaStreamFailure;
        public event EventHandler<ToneReceivedEventArgs> ToneReceived;

        internal AudioSocketSettings Settings { get { return settings; } }

        public AudioQualityOfExperienceData GetQualityOfExperienceData() { return new AudioQualityOfExperienceData(); }

        public void Send(AudioMediaBuffer buffer)
        {
            if (settings.StreamDirections == StreamDirection.Recvonly) throw new InvalidOperationException("Recvonly");
            var copy = new byte[buffer.Length];
            Marshal.Copy(buffer.Data, copy, 0, copy.Length);
            if (Active) lock (Sent) Sent.Add(copy);  // discarded until the status is active, as documented
            buffer.Dispose();
        }

        public void SendDtmfTone(ToneId tone) { lock (Said) Said.Add(tone.ToString()); }

        public void SendDtmfTones(IEnumerable<ToneId> tones, int delayBetweenTonesInMilliseconds = -1)
        {
            foreach (var tone in tones) SendDtmfTone(tone);
        }

        public void Dispose() { Active = false; }

        internal void Raise(AudioMediaBuffer b)
        {
            var handler = AudioMediaReceived;
            if (handler == null) b.Dispose();
            else handler(this, new AudioMediaReceivedEventArgs { Buffer = b });
        }

        internal void Raise(MediaSendStatus status)
        {
            Active = status == MediaSendStatus.Active;
            var handler = AudioSendStatusChanged;
            if (handler != null) handler(this, new AudioSendStatusChangedEventArgs { MediaSendStatus = status });
        }

        internal void Raise(ToneId tone)
        {
            var handler = ToneReceived;
            if (handler != null) handler(this, new ToneReceivedEventArgs { Tone = tone });
        }

        internal void RaiseDominant(uint speaker)
        {
            var handler = DominantSpeakerChanged;
            var args = new DominantSpeakerChangedEventArgs { CurrentDominantSpeaker = speaker,
                                                             DominantSpeakerHistory = new[] { speaker } };
            if (handler != null) handler(this, args);
        }

        internal void RaiseFailure()
        {
            var handler = MediaStreamFailure;
            if (handler != null) handler(this, new MediaStreamFailureEventArgs());
        }
    }

    public sealed class VideoSocket : IVideoSocket
    {
        readonly VideoSocketSettings settings;
        internal readonly List<byte[]> Shown = new List<byte[]>();
        internal readonly List<VideoFormat> ShownAs = new List<VideoFormat>();
        internal readonly List<string> Asked = new List<string>();

        public VideoSocket(VideoSocketSettings settings)
        {
            if (settings == null || string.IsNullOrEmpty(settings.CallId)) throw new ArgumentException("CallId");
            this.settings = settings;
            MediaType = settings.MediaType ?? MediaType.Video;
        }

        public event EventHandler<VideoMediaReceivedEventArgs> VideoMediaReceived;
        public event EventHandler<VideoReceiveStatusChangedEventArgs> VideoReceiveStatusChanged;
        public event EventHandler<VideoSendStatusChangedEventArgs> VideoSendStatusChanged;
        public event EventHandler<VideoKeyFrameNeededEventArgs> VideoKeyFrameNeeded;
        public event EventHandler<MediaStreamFailureEventArgs> MediaStreamFailure;
        public MediaType MediaType { get; private set; }
        public int SocketId { get; internal set; }

        public void Subscribe(VideoResolution preferredVideoResolution) { Asked.Add("subscribe " + preferredVideoResolution); }

        public void Subscribe(VideoResolution preferredVideoResolution, uint MediaSourceId)
        {
            Asked.Add("subscribe " + preferredVideoResolution + " " + MediaSourceId);
        }

        public void Unsubscribe() { Asked.Add("unsubscribe"); }

        public void RequestKeyFrame() { Asked.Add("key frame"); }

        public void Dispose() { }

        public void Send(VideoMediaBuffer buffer)
        {
            if (settings.StreamDirections == StreamDirection.Recvonly) throw new InvalidOperationException("Recvonly");
            var copy = new byte[buffer.Length];
            Marshal.Copy(buffer.Data, copy, 0, copy.Length);
            lock (Shown) { Shown.Add(copy); ShownAs.Add(buffer.VideoFormat); }
            buffer.Dispose();
        }

        internal void Raise(VideoMediaBuffer b)
        {
            var handler = VideoMediaReceived;
            var args = new VideoMediaReceivedEventArgs { Buffer = b, MediaType = MediaType, SocketId = SocketId };
            if (handler == null) b.Dispose();
            else handler(this, args);
        }

        internal void Raise(MediaReceiveStatus status)
        {
            var handler = VideoReceiveStatusChanged;
            var args = new VideoReceiveStatusChangedEventArgs { MediaReceiveStatus = status, MediaType = MediaType };
            if (handler != null) handler(this, args);
        }

        internal void Raise(MediaSendStatus status)
        {
            var handler = VideoSendStatusChanged;
            var args = new VideoSendStatusChangedEventArgs { MediaSendStatus = status, MediaType = MediaType };
            if (handler != null) handler(this, args);
            if (status == MediaSendStatus.Active && VideoKeyFrameNeeded != null)
                VideoKeyFrameNeeded(this, new VideoKeyFrameNeededEventArgs { MediaType = MediaType });
        }

        internal void RaiseFailure()
        {
            var handler = MediaStreamFailure;
            if (handler != null) handler(this, new MediaStreamFailureEventArgs());
        }
    }
}
