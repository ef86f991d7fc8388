// What stands between Microsoft's media library and Python: the library's threads end here. They put what comes into
// bounded rings and return at once; Python drains all sessions in one call, and sends for all in another.
// (Only collections that Mono's mscorlib and CoreCLR's have in common: no Queue, no Stack.)
using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Skype.Bots.Media;

namespace Callwright.MediaShim
{
    // Memory for one frame that is sent; back in the pool when the library has disposed of it.
    sealed class SendBuffer : AudioMediaBuffer
    {
        static readonly List<IntPtr> pool = new List<IntPtr>();
        bool disposed;

        public SendBuffer(IntPtr pcm, long timestamp)
        {
            lock (pool)
            {
                int last = pool.Count - 1;
                Data = last >= 0 ? pool[last] : Marshal.AllocHGlobal(Pump.FrameBytes);
                if (last >= 0) pool.RemoveAt(last);
            }
            unsafe { Buffer.MemoryCopy((void*)pcm, (void*)Data, Pump.FrameBytes, Pump.FrameBytes); }
            Length = Pump.FrameBytes;
            AudioFormat = AudioFormat.Pcm16K;
            Timestamp = timestamp;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposed) return;
            disposed = true;
            lock (pool) { pool.Add(Data); }
        }
    }

    // A picture that is sent, or the newest that came on a socket.
    public sealed class Picture : VideoMediaBuffer
    {
        public uint Stream, Source;
        public int Socket, Width, Height;
        public byte[] Pixels;
        GCHandle pinned;

        public static Picture ToSend(IntPtr pixels, int length, VideoFormat format, long timestamp)
        {
            var picture = new Picture { Pixels = new byte[length] };
            Marshal.Copy(pixels, picture.Pixels, 0, length);
            picture.pinned = GCHandle.Alloc(picture.Pixels, GCHandleType.Pinned);
            picture.Data = picture.pinned.AddrOfPinnedObject();
            picture.Length = length;
            picture.Stride = format.Width;
            picture.VideoFormat = format;
            picture.Timestamp = timestamp;
            return picture;
        }

        // The rows of an NV12 buffer, without what its stride adds.
        public static Picture Received(uint stream, int socket, VideoMediaBuffer b)
        {
            int width = b.VideoFormat.Width, height = b.VideoFormat.Height, stride = Math.Max(b.Stride, width);
            var pixels = new byte[width * height * 3 / 2];
            for (int row = 0; row < height * 3 / 2; row++)
                Marshal.Copy(new IntPtr(b.Data.ToInt64() + (long)row * stride), pixels, row * width, width);
            return new Picture { Stream = stream, Socket = socket, Source = b.MediaSourceId, Width = width,
                                 Height = height, Pixels = pixels, Timestamp = b.Timestamp };
        }

        protected override void Dispose(bool disposing) { if (pinned.IsAllocated) pinned.Free(); }
    }

    // One session's sockets, and what of theirs waits.
    sealed class Session
    {
        public readonly uint Stream;
        public readonly IAudioSocket Audio;
        public readonly Dictionary<int, IVideoSocket> Video = new Dictionary<int, IVideoSocket>();
        public readonly byte[] Ring;
        public readonly List<string> Events = new List<string>();
        public readonly Dictionary<int, Picture> Pictures = new Dictionary<int, Picture>();
        public readonly long[] Drops = new long[4];  // audio, video, events, sent
        public int First, Count;
        public bool MaySend;

        public Session(uint stream, IAudioSocket audio, int frames)
        {
            Stream = stream;
            Audio = audio;
            Ring = new byte[frames * Pump.RecordBytes];
            audio.AudioMediaReceived += (o, e) => Received(e.Buffer);
            audio.ToneReceived += (o, e) => Happened("tone", e.Tone.ToString(), 0);
            audio.DominantSpeakerChanged += (o, e) => Happened("dominant_speaker", e.CurrentDominantSpeaker.ToString(), 0);
            audio.MediaStreamFailure += (o, e) => Happened("failure", "", 0);
            audio.AudioSendStatusChanged += (o, e) =>
            {
                MaySend = e.MediaSendStatus == MediaSendStatus.Active;
                Happened("send_status", MaySend ? "1" : "0", 0);
            };
        }

        public void Attach(int socket, IVideoSocket video)
        {
            Video[socket] = video;
            video.VideoMediaReceived += (o, e) => Seen(socket, e.Buffer);
            video.VideoReceiveStatusChanged += (o, e) =>
                Happened("video_receive_status", e.MediaReceiveStatus == MediaReceiveStatus.Active ? "1" : "0", socket);
            video.VideoSendStatusChanged += (o, e) =>
                Happened("video_send_status", e.MediaSendStatus == MediaSendStatus.Active ? "1" : "0", socket);
            video.VideoKeyFrameNeeded += (o, e) => Happened("key_frame_needed", "", socket);
            video.MediaStreamFailure += (o, e) => Happened("failure", "", socket);
        }

        void Received(AudioMediaBuffer b)
        {
            try
            {
                lock (Ring)
                {
                    if (b.UnmixedAudioBuffers == null) Put(0, b.Timestamp, b.Data, b.Length);
                    else foreach (var u in b.UnmixedAudioBuffers) Put(u.ActiveSpeakerId, b.Timestamp, u.Data, u.Length);
                }
            }
            finally { b.Dispose(); }
        }

        unsafe void Put(uint speaker, long timestamp, IntPtr pcm, long length)
        {
            int capacity = Ring.Length / Pump.RecordBytes;
            if (Count == capacity) { First = (First + 1) % capacity; Count--; Drops[0]++; }
            fixed (byte* record = &Ring[(First + Count) % capacity * Pump.RecordBytes])
            {
                *(long*)record = timestamp;
                *(uint*)(record + 8) = Stream;
                *(uint*)(record + 12) = speaker;
                Buffer.MemoryCopy((void*)pcm, record + 16, Pump.FrameBytes, Math.Min(length, Pump.FrameBytes));
            }
            Count++;
        }

        void Seen(int socket, VideoMediaBuffer b)
        {
            try
            {
                var picture = Picture.Received(Stream, socket, b);
                lock (Pictures)
                {
                    if (Pictures.ContainsKey(socket)) Drops[1]++;
                    Pictures[socket] = picture;
                }
            }
            finally { b.Dispose(); }
        }

        void Happened(string kind, string value, int socket)
        {
            lock (Events)
            {
                if (Events.Count == 256) { Events.RemoveAt(0); Drops[2]++; }
                Events.Add(Stream + "\t" + kind + "\t" + value + "\t" + socket);
            }
        }
    }

    // All sessions.
    public sealed class Pump
    {
        public const int FrameBytes = 640, RecordBytes = 656, Frames = 200;
        readonly object all = new object();
        readonly Dictionary<uint, Session> sessions = new Dictionary<uint, Session>();

        public void Attach(uint stream, IAudioSocket audio) { lock (all) sessions[stream] = new Session(stream, audio, Frames); }

        public void Attach(uint stream, int socket, IVideoSocket video) { lock (all) sessions[stream].Attach(socket, video); }

        public void Detach(uint stream) { lock (all) sessions.Remove(stream); }

        public int Drain(IntPtr into, int most)
        {
            int moved = 0;
            lock (all) foreach (var s in sessions.Values) lock (s.Ring)
            {
                int capacity = s.Ring.Length / RecordBytes;
                while (s.Count > 0 && moved < most)
                {
                    int straight = Math.Min(Math.Min(s.Count, most - moved), capacity - s.First);
                    Marshal.Copy(s.Ring, s.First * RecordBytes, new IntPtr(into.ToInt64() + (long)moved * RecordBytes),
                                 straight * RecordBytes);
                    s.First = (s.First + straight) % capacity;
                    s.Count -= straight;
                    moved += straight;
                }
            }
            return moved;
        }

        // A line for each event: stream, kind, value, socket.
        public string Events()
        {
            var lines = new StringBuilder();
            lock (all) foreach (var s in sessions.Values) lock (s.Events)
            {
                foreach (var line in s.Events) lines.Append(line).Append('\n');
                s.Events.Clear();
            }
            return lines.ToString();
        }

        public Picture[] Pictures()
        {
            var found = new List<Picture>();
            lock (all) foreach (var s in sessions.Values) lock (s.Pictures)
            {
                found.AddRange(s.Pictures.Values);
                s.Pictures.Clear();
            }
            return found.ToArray();
        }

        public unsafe void Send(IntPtr records, int count)
        {
            lock (all) for (int i = 0; i < count; i++)
            {
                byte* record = (byte*)records + (long)i * RecordBytes;
                Session s;
                if (!sessions.TryGetValue(*(uint*)(record + 8), out s)) continue;
                if (s.MaySend) s.Audio.Send(new SendBuffer(new IntPtr(record + 16), *(long*)record));
                else s.Drops[3]++;
            }
        }

        public void Show(uint stream, int socket, Picture picture) { lock (all) sessions[stream].Video[socket].Send(picture); }

        public long[] Drops(uint stream)
        {
            Session s;
            lock (all) return sessions.TryGetValue(stream, out s) ? s.Drops : new long[4];
        }
    }
}
