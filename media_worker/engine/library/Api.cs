// A STAND-IN for Microsoft.Skype.Bots.Media, for tests: see Sockets.cs.
using System;
using System.Collections.Generic;
using System.Net;
using Newtonsoft.Json.Linq;

namespace Microsoft.Skype.Bots.Media
{
    public enum AudioFormat { Pcm16K = 0, Pcm44KStereo = 1 }
    public enum StreamDirection { Inactive, Sendonly, Recvonly, Sendrecv }
    public enum MediaSendStatus { Inactive, Active }
    public enum MediaReceiveStatus { Inactive, Active }
    public enum MediaType { Audio, Video, Vbss, Data }
    public enum VideoColorFormat { NV12, Rgb24, Yuy2, H264 }
    public enum VideoResolution { SD180p, SD240p, SD360p, SD540p, HD720p, HD1080p }
    public enum LogLevel { Off, Error, Warning, Information, Verbose }
    public enum MediaPlatformHealthStatus { Normal, HeavilyLoaded, Overloaded }
    public enum ToneId { Tone0, Tone1, Tone2, Tone3, Tone4, Tone5, Tone6, Tone7, Tone8, Tone9, Star, Pound, A, B, C, D, Flash }

    public class SkypeMediaException : Exception { public SkypeMediaException(string message) : base(message) { } }

    public interface IMediaPlatformLogger { void WriteLog(LogLevel level, string logStatement); }

    public class PortRange
    {
        public PortRange(uint minPort, uint maxPort) { MinPort = minPort; MaxPort = maxPort; }
        public uint MinPort { get; private set; }
        public uint MaxPort { get; private set; }
    }

    public class MediaPlatformInstanceSettings
    {
        public string CertificateThumbprint { get; set; }
        public int InstanceInternalPort { get; set; }
        public IPAddress InstancePublicIPAddress { get; set; }
        public int InstancePublicPort { get; set; }
        public PortRange MediaPortRange { get; set; }
        public string ServiceFqdn { get; set; }
    }

    public class MediaPlatformSettings
    {
        public string ApplicationId { get; set; }
        public MediaPlatformInstanceSettings MediaPlatformInstanceSettings { get; set; }
        public IMediaPlatformLogger MediaPlatformLogger { get; set; }
    }

    public class AudioQualityOfExperienceData { }

    public struct UnmixedAudioBuffer
    {
        public UnmixedAudioBuffer(IntPtr data, long length, uint activeSpeakerId, long originalSenderTimestamp) : this()
        {
            Data = data;
            Length = length;
            ActiveSpeakerId = activeSpeakerId;
            OriginalSenderTimestamp = originalSenderTimestamp;
        }

        public uint ActiveSpeakerId { get; private set; }
        public IntPtr Data { get; private set; }
        public long Length { get; private set; }
        public long OriginalSenderTimestamp { get; private set; }
    }

    public abstract class AudioMediaBuffer : IDisposable
    {
        public uint[] ActiveSpeakers { get; protected set; }
        public AudioFormat AudioFormat { get; protected set; }
        public IntPtr Data { get; protected set; }
        public bool IsSilence { get; protected set; }
        public long Length { get; protected set; }
        public long Timestamp { get; protected set; }
        public UnmixedAudioBuffer[] UnmixedAudioBuffers { get; protected set; }
        public void Dispose() { Dispose(true); GC.SuppressFinalize(this); }
        protected abstract void Dispose(bool disposing);
    }

    public abstract class VideoMediaBuffer : IDisposable
    {
        public IntPtr Data { get; protected set; }
        public long Length { get; protected set; }
        public uint MediaSourceId { get; protected set; }
        public VideoFormat OriginalVideoFormat { get; protected set; }
        public int Stride { get; protected set; }
        public long Timestamp { get; protected set; }
        public VideoFormat VideoFormat { get; protected set; }
        public void Dispose() { Dispose(true); GC.SuppressFinalize(this); }
        protected abstract void Dispose(bool disposing);
    }

    public class AudioMediaReceivedEventArgs : EventArgs { public AudioMediaBuffer Buffer { get; set; } }
    public class AudioSendStatusChangedEventArgs : EventArgs { public MediaSendStatus MediaSendStatus { get; set; } }
    public class ToneReceivedEventArgs : EventArgs { public ToneId Tone { get; set; } }
    public class MediaStreamFailureEventArgs : EventArgs { }
    public class MediaPlatformHealthChangedEventArgs : EventArgs
    {
        public MediaPlatformHealthStatus CurrentHealth { get; set; }
        public MediaPlatformHealthStatus PreviousHealth { get; set; }
    }
    public class DominantSpeakerChangedEventArgs : EventArgs
    {
        public const uint None = 4294967295U;
        public uint CurrentDominantSpeaker { get; set; }
        public uint[] DominantSpeakerHistory { get; set; }
    }
    public class VideoMediaReceivedEventArgs : EventArgs
    {
        public VideoMediaBuffer Buffer { get; set; }
        public MediaType MediaType { get; set; }
        public int SocketId { get; set; }
    }
    public class VideoReceiveStatusChangedEventArgs : EventArgs
    {
        public MediaReceiveStatus MediaReceiveStatus { get; set; }
        public MediaType MediaType { get; set; }
        public int SocketId { get; set; }
    }
    public class VideoSendStatusChangedEventArgs : EventArgs
    {
        public MediaSendStatus MediaSendStatus { get; set; }
        public MediaType MediaType { get; set; }
        public int SocketId { get; set; }
    }
    public class VideoKeyFrameNeededEventArgs : EventArgs
    {
        public MediaType MediaType { get; set; }
        public int SocketId { get; set; }
    }

    public class AudioSocketSettings
    {
        public string CallId { get; set; }
        public bool ReceiveUnmixedMeetingAudio { get; set; }
        public StreamDirection StreamDirections { get; set; }
        public AudioFormat SupportedAudioFormat { get; set; }
    }

    public class VideoSocketSettings
    {
        public string CallId { get; set; }
        public uint MaxConcurrentSendStreams { get; set; }
        public MediaType? MediaType { get; set; }
        public VideoColorFormat ReceiveColorFormat { get; set; }
        public StreamDirection StreamDirections { get; set; }
        public IList<VideoFormat> SupportedSendVideoFormats { get; set; }
    }

    public static class MediaPlatform
    {
        static MediaPlatformSettings settings;
        static readonly DateTime epoch = new DateTime(1900, 1, 1);
        internal static readonly Dictionary<string, AudioSocket> Sessions = new Dictionary<string, AudioSocket>();
        internal static readonly Dictionary<string, IVideoSocket[]> Videos = new Dictionary<string, IVideoSocket[]>();

        public static event EventHandler<MediaPlatformHealthChangedEventArgs> MediaPlatformHealthChanged;
        public static MediaPlatformHealthStatus CurrentHealth { get; private set; }

        public static void Initialize(MediaPlatformSettings mediaPlatformSettings)
        {
            var instance = mediaPlatformSettings == null ? null : mediaPlatformSettings.MediaPlatformInstanceSettings;
            if (instance == null) throw new ArgumentNullException("mediaPlatformSettings");
            if (string.IsNullOrEmpty(instance.CertificateThumbprint)) throw new ArgumentException("CertificateThumbprint");
            settings = mediaPlatformSettings;
        }

        public static void Shutdown() { settings = null; Sessions.Clear(); Videos.Clear(); }

        public static long GetCurrentTimestamp() { return (DateTime.UtcNow - epoch).Ticks; }

        public static JObject CreateMediaConfiguration(IAudioSocket audioSocket) { return Make(audioSocket, null, null); }

        public static JObject CreateMediaConfiguration(IAudioSocket audioSocket, IList<IVideoSocket> videoSockets)
        {
            return Make(audioSocket, videoSockets, null);
        }

        public static JObject CreateMediaConfiguration(
            IAudioSocket audioSocket, IList<IVideoSocket> videoSockets, IVideoSocket vbssSocket)
        {
            return Make(audioSocket, videoSockets, vbssSocket);
        }

        internal static void Become(MediaPlatformHealthStatus health)
        {
            var args = new MediaPlatformHealthChangedEventArgs { CurrentHealth = health, PreviousHealth = CurrentHealth };
            CurrentHealth = health;
            if (MediaPlatformHealthChanged != null) MediaPlatformHealthChanged(null, args);
        }

        static JObject Make(IAudioSocket audio, IList<IVideoSocket> videos, IVideoSocket vbss)
        {
            if (settings == null) throw new InvalidOperationException("The platform is not initialized.");
            if (CurrentHealth == MediaPlatformHealthStatus.Overloaded) throw new SkypeMediaException("overloaded");
            var instance = settings.MediaPlatformInstanceSettings;
            var id = Guid.NewGuid().ToString();
            var config = new JObject();
            config["mpUri"] = "net.tcp://" + instance.ServiceFqdn + ":" + instance.InstancePublicPort + "/MediaProcessor";
            config["mpMediaSessionId"] = id;
            config["supportedAudioFormat"] = "Pcm16K";
            config["skypeMediaBotsVersion"] = "0.0.0-standin";
            config["callId"] = ((AudioSocket)audio).Settings.CallId;
            var sockets = new List<IVideoSocket>(videos ?? new IVideoSocket[0]);
            for (int i = 0; i < sockets.Count; i++) ((VideoSocket)sockets[i]).SocketId = i;
            sockets.Add(vbss);
            Sessions[id] = (AudioSocket)audio;
            Videos[id] = sockets.ToArray();
            return config;
        }
    }
}

// What tests do in the calling cloud's place.
namespace StandIn
{
    using System.Runtime.InteropServices;
    using System.Threading;
    using Microsoft.Skype.Bots.Media;

    // A buffer of the platform's: poisoned when it is disposed of, so that whoever keeps a view of it is found out.
    sealed class Heard : AudioMediaBuffer
    {
        public static long Live;
        readonly IntPtr memory;
        readonly int size;
        bool disposed;

        public Heard(long timestamp, uint[] speakers, IntPtr pcm)
        {
            size = 640 * speakers.Length;
            memory = Marshal.AllocHGlobal(size);
            unsafe { Buffer.MemoryCopy((void*)pcm, (void*)memory, size, size); }
            Timestamp = timestamp;
            ActiveSpeakers = speakers;
            Interlocked.Increment(ref Live);
            if (speakers.Length == 1 && speakers[0] == 0) { Data = memory; Length = 640; return; }
            UnmixedAudioBuffers = new UnmixedAudioBuffer[speakers.Length];
            for (int i = 0; i < speakers.Length; i++)
                UnmixedAudioBuffers[i] = new UnmixedAudioBuffer(new IntPtr(memory.ToInt64() + 640 * i), 640, speakers[i], 0);
        }

        protected override void Dispose(bool disposing)
        {
            if (disposed) return;
            disposed = true;
            for (int i = 0; i < size; i += 8) Marshal.WriteInt64(memory, i, 0x7BAD7BAD7BAD7BAD);
            Marshal.FreeHGlobal(memory);
            Interlocked.Decrement(ref Live);
        }
    }

    // A picture whose rows are 64 bytes longer than they are wide.
    sealed class Shown : VideoMediaBuffer
    {
        public const int Padding = 64;

        public Shown(VideoFormat format, uint source, byte[] pixels)
        {
            Stride = format.Width + Padding;
            int rows = format.Height * 3 / 2;
            Length = Stride * rows;
            Data = Marshal.AllocHGlobal((int)Length);
            for (int row = 0; row < rows; row++)
                Marshal.Copy(pixels, row * format.Width, new IntPtr(Data.ToInt64() + (long)row * Stride), format.Width);
            VideoFormat = OriginalVideoFormat = format;
            MediaSourceId = source;
        }

        protected override void Dispose(bool disposing)
        {
            if (Data == IntPtr.Zero) return;
            Marshal.FreeHGlobal(Data);
            Data = IntPtr.Zero;
        }
    }

    public static class Cloud
    {
        public static bool Known(string id) { return MediaPlatform.Sessions.ContainsKey(id); }

        public static void Hear(string id, long timestamp, uint[] speakers, IntPtr pcm)
        {
            MediaPlatform.Sessions[id].Raise(new Heard(timestamp, speakers, pcm));
        }

        public static void Tone(string id, string tone)
        {
            MediaPlatform.Sessions[id].Raise((ToneId)Enum.Parse(typeof(ToneId), tone));
        }

        public static void Dominant(string id, uint speaker) { MediaPlatform.Sessions[id].RaiseDominant(speaker); }

        public static void Fail(string id) { MediaPlatform.Sessions[id].RaiseFailure(); }

        public static void SendStatus(string id, bool active)
        {
            MediaPlatform.Sessions[id].Raise(active ? MediaSendStatus.Active : MediaSendStatus.Inactive);
        }

        // socket -1 is the screen
        static VideoSocket Video(string id, int socket)
        {
            var all = MediaPlatform.Videos[id];
            return (VideoSocket)all[socket < 0 ? all.Length - 1 : socket];
        }

        public static void See(string id, int socket, VideoFormat format, uint source, byte[] pixels)
        {
            Video(id, socket).Raise(new Shown(format, source, pixels));
        }

        public static void VideoStatus(string id, int socket, bool sending, bool active)
        {
            if (sending) Video(id, socket).Raise(active ? MediaSendStatus.Active : MediaSendStatus.Inactive);
            else Video(id, socket).Raise(active ? MediaReceiveStatus.Active : MediaReceiveStatus.Inactive);
        }

        public static byte[] Sent(string id)
        {
            var sent = MediaPlatform.Sessions[id].Sent;
            return First(sent);
        }

        public static byte[] ShownOn(string id, int socket)
        {
            var shown = Video(id, socket).Shown;
            return First(shown);
        }

        static byte[] First(List<byte[]> waiting)
        {
            lock (waiting)
            {
                if (waiting.Count == 0) return null;
                var first = waiting[0];
                waiting.RemoveAt(0);
                return first;
            }
        }

        public static string[] Said(string id) { return MediaPlatform.Sessions[id].Said.ToArray(); }

        public static string[] Asked(string id, int socket) { return Video(id, socket).Asked.ToArray(); }

        public static void Health(string health)
        {
            MediaPlatform.Become((MediaPlatformHealthStatus)Enum.Parse(typeof(MediaPlatformHealthStatus), health));
        }

        public static long LiveBuffers { get { return Interlocked.Read(ref Heard.Live); } }

        // So many frames on every one of these sessions, as fast as they are taken; returns when all were.
        public static void Pump(string[] ids, int frames)
        {
            var pcm = Marshal.AllocHGlobal(640);
            for (int n = 0; n < frames; n++)
                foreach (var id in ids) Hear(id, n * 200000L, new uint[] { 0 }, pcm);
            Marshal.FreeHGlobal(pcm);
        }
    }
}
