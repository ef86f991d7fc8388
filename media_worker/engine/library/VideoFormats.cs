// Every video format of the real library, by its name there. Made from media_worker/formats.py.
namespace Microsoft.Skype.Bots.Media
{
    public sealed class VideoFormat
    {
        VideoFormat(int width, int height, float frameRate, VideoColorFormat color)
        {
            Width = width;
            Height = height;
            FrameRate = frameRate;
            VideoColorFormat = color;
        }

        public int Width { get; private set; }
        public int Height { get; private set; }
        public float FrameRate { get; private set; }
        public VideoColorFormat VideoColorFormat { get; private set; }

        public static readonly VideoFormat NV12_1920x1080_30Fps = new VideoFormat(1920, 1080, 30f, VideoColorFormat.NV12);
        public static readonly VideoFormat NV12_1920x1080_15Fps = new VideoFormat(1920, 1080, 15f, VideoColorFormat.NV12);
        public static readonly VideoFormat NV12_1920x1080_7_5Fps = new VideoFormat(1920, 1080, 7.5f, VideoColorFormat.NV12);
        public static readonly VideoFormat NV12_1920x1080_3_75Fps = new VideoFormat(1920, 1080, 3.75f, VideoColorFormat.NV12);
        public static readonly VideoFormat NV12_1920x1080_1_875Fps = new VideoFormat(1920, 1080, 1.875f, VideoColorFormat.NV12);
        public static readonly VideoFormat NV12_1280x720_30Fps = new VideoFormat(1280, 720, 30f, VideoColorFormat.NV12);
        public static readonly VideoFormat NV12_1280x720_15Fps = new VideoFormat(1280, 720, 15f, VideoColorFormat.NV12);
        public static readonly VideoFormat NV12_1280x720_7_5Fps = new VideoFormat(1280, 720, 7.5f, VideoColorFormat.NV12);
        public static readonly VideoFormat NV12_1280x720_3_75Fps = new VideoFormat(1280, 720, 3.75f, VideoColorFormat.NV12);
        public static readonly VideoFormat NV12_1280x720_1_875Fps = new VideoFormat(1280, 720, 1.875f, VideoColorFormat.NV12);
        public static readonly VideoFormat NV12_960x540_30Fps = new VideoFormat(960, 540, 30f, VideoColorFormat.NV12);
        public static readonly VideoFormat NV12_848x480_30Fps = new VideoFormat(848, 480, 30f, VideoColorFormat.NV12);
        public static readonly VideoFormat NV12_640x360_30Fps = new VideoFormat(640, 360, 30f, VideoColorFormat.NV12);
        public static readonly VideoFormat NV12_640x360_15Fps = new VideoFormat(640, 360, 15f, VideoColorFormat.NV12);
        public static readonly VideoFormat NV12_480x270_15Fps = new VideoFormat(480, 270, 15f, VideoColorFormat.NV12);
        public static readonly VideoFormat NV12_424x240_15Fps = new VideoFormat(424, 240, 15f, VideoColorFormat.NV12);
        public static readonly VideoFormat NV12_320x180_15Fps = new VideoFormat(320, 180, 15f, VideoColorFormat.NV12);
        public static readonly VideoFormat NV12_1080x1920_30Fps = new VideoFormat(1080, 1920, 30f, VideoColorFormat.NV12);
        public static readonly VideoFormat NV12_720x1280_30Fps = new VideoFormat(720, 1280, 30f, VideoColorFormat.NV12);
        public static readonly VideoFormat NV12_540x960_30Fps = new VideoFormat(540, 960, 30f, VideoColorFormat.NV12);
        public static readonly VideoFormat NV12_480x848_30Fps = new VideoFormat(480, 848, 30f, VideoColorFormat.NV12);
        public static readonly VideoFormat NV12_360x640_30Fps = new VideoFormat(360, 640, 30f, VideoColorFormat.NV12);
        public static readonly VideoFormat NV12_360x640_15Fps = new VideoFormat(360, 640, 15f, VideoColorFormat.NV12);
        public static readonly VideoFormat NV12_270x480_15Fps = new VideoFormat(270, 480, 15f, VideoColorFormat.NV12);
        public static readonly VideoFormat NV12_240x424_15Fps = new VideoFormat(240, 424, 15f, VideoColorFormat.NV12);
        public static readonly VideoFormat NV12_180x320_30Fps = new VideoFormat(180, 320, 30f, VideoColorFormat.NV12);
        public static readonly VideoFormat Rgb24_1920x1080_30Fps = new VideoFormat(1920, 1080, 30f, VideoColorFormat.Rgb24);
        public static readonly VideoFormat Rgb24_1920x1080_15Fps = new VideoFormat(1920, 1080, 15f, VideoColorFormat.Rgb24);
        public static readonly VideoFormat Rgb24_1920x1080_7_5Fps = new VideoFormat(1920, 1080, 7.5f, VideoColorFormat.Rgb24);
        public static readonly VideoFormat Rgb24_1920x1080_3_75Fps = new VideoFormat(1920, 1080, 3.75f, VideoColorFormat.Rgb24);
        public static readonly VideoFormat Rgb24_1920x1080_1_875Fps = new VideoFormat(1920, 1080, 1.875f, VideoColorFormat.Rgb24);
        public static readonly VideoFormat Rgb24_1280x720_30Fps = new VideoFormat(1280, 720, 30f, VideoColorFormat.Rgb24);
        public static readonly VideoFormat Rgb24_1280x720_15Fps = new VideoFormat(1280, 720, 15f, VideoColorFormat.Rgb24);
        public static readonly VideoFormat Rgb24_1280x720_7_5Fps = new VideoFormat(1280, 720, 7.5f, VideoColorFormat.Rgb24);
        public static readonly VideoFormat Rgb24_1280x720_3_75Fps = new VideoFormat(1280, 720, 3.75f, VideoColorFormat.Rgb24);
        public static readonly VideoFormat Rgb24_1280x720_1_875Fps = new VideoFormat(1280, 720, 1.875f, VideoColorFormat.Rgb24);
        public static readonly VideoFormat Rgb24_960x540_30Fps = new VideoFormat(960, 540, 30f, VideoColorFormat.Rgb24);
        public static readonly VideoFormat Rgb24_848x480_30Fps = new VideoFormat(848, 480, 30f, VideoColorFormat.Rgb24);
        public static readonly VideoFormat Rgb24_640x360_30Fps = new VideoFormat(640, 360, 30f, VideoColorFormat.Rgb24);
        public static readonly VideoFormat Rgb24_640x360_15Fps = new VideoFormat(640, 360, 15f, VideoColorFormat.Rgb24);
        public static readonly VideoFormat Rgb24_480x270_15Fps = new VideoFormat(480, 270, 15f, VideoColorFormat.Rgb24);
        public static readonly VideoFormat Rgb24_424x240_15Fps = new VideoFormat(424, 240, 15f, VideoColorFormat.Rgb24);
        public static readonly VideoFormat Rgb24_320x180_15Fps = new VideoFormat(320, 180, 15f, VideoColorFormat.Rgb24);
        public static readonly VideoFormat Rgb24_1080x1920_30Fps = new VideoFormat(1080, 1920, 30f, VideoColorFormat.Rgb24);
        public static readonly VideoFormat Rgb24_720x1280_30Fps = new VideoFormat(720, 1280, 30f, VideoColorFormat.Rgb24);
        public static readonly VideoFormat Rgb24_540x960_30Fps = new VideoFormat(540, 960, 30f, VideoColorFormat.Rgb24);
        public static readonly VideoFormat Rgb24_480x848_30Fps = new VideoFormat(480, 848, 30f, VideoColorFormat.Rgb24);
        public static readonly VideoFormat Rgb24_360x640_30Fps = new VideoFormat(360, 640, 30f, VideoColorFormat.Rgb24);
        public static readonly VideoFormat Rgb24_360x640_15Fps = new VideoFormat(360, 640, 15f, VideoColorFormat.Rgb24);
        public static readonly VideoFormat Rgb24_270x480_15Fps = new VideoFormat(270, 480, 15f, VideoColorFormat.Rgb24);
        public static readonly VideoFormat Rgb24_240x424_15Fps = new VideoFormat(240, 424, 15f, VideoColorFormat.Rgb24);
        public static readonly VideoFormat Rgb24_180x320_30Fps = new VideoFormat(180, 320, 30f, VideoColorFormat.Rgb24);
        public static readonly VideoFormat Yuy2_1920x1080_30Fps = new VideoFormat(1920, 1080, 30f, VideoColorFormat.Yuy2);
        public static readonly VideoFormat Yuy2_1920x1080_15Fps = new VideoFormat(1920, 1080, 15f, VideoColorFormat.Yuy2);
        public static readonly VideoFormat Yuy2_1920x1080_7_5Fps = new VideoFormat(1920, 1080, 7.5f, VideoColorFormat.Yuy2);
        public static readonly VideoFormat Yuy2_1920x1080_3_75Fps = new VideoFormat(1920, 1080, 3.75f, VideoColorFormat.Yuy2);
        public static readonly VideoFormat Yuy2_1920x1080_1_875Fps = new VideoFormat(1920, 1080, 1.875f, VideoColorFormat.Yuy2);
        public static readonly VideoFormat Yuy2_1280x720_30Fps = new VideoFormat(1280, 720, 30f, VideoColorFormat.Yuy2);
        public static readonly VideoFormat Yuy2_1280x720_15Fps = new VideoFormat(1280, 720, 15f, VideoColorFormat.Yuy2);
        public static readonly VideoFormat Yuy2_1280x720_7_5Fps = new VideoFormat(1280, 720, 7.5f, VideoColorFormat.Yuy2);
        public static readonly VideoFormat Yuy2_1280x720_3_75Fps = new VideoFormat(1280, 720, 3.75f, VideoColorFormat.Yuy2);
        public static readonly VideoFormat Yuy2_1280x720_1_875Fps = new VideoFormat(1280, 720, 1.875f, VideoColorFormat.Yuy2);
        public static readonly VideoFormat Yuy2_960x540_30Fps = new VideoFormat(960, 540, 30f, VideoColorFormat.Yuy2);
        public static readonly VideoFormat Yuy2_848x480_30Fps = new VideoFormat(848, 480, 30f, VideoColorFormat.Yuy2);
        public static readonly VideoFormat Yuy2_640x360_30Fps = new VideoFormat(640, 360, 30f, VideoColorFormat.Yuy2);
        public static readonly VideoFormat Yuy2_640x360_15Fps = new VideoFormat(640, 360, 15f, VideoColorFormat.Yuy2);
        public static readonly VideoFormat Yuy2_480x270_15Fps = new VideoFormat(480, 270, 15f, VideoColorFormat.Yuy2);
        public static readonly VideoFormat Yuy2_424x240_15Fps = new VideoFormat(424, 240, 15f, VideoColorFormat.Yuy2);
        public static readonly VideoFormat Yuy2_320x180_15Fps = new VideoFormat(320, 180, 15f, VideoColorFormat.Yuy2);
        public static readonly VideoFormat Yuy2_1080x1920_30Fps = new VideoFormat(1080, 1920, 30f, VideoColorFormat.Yuy2);
        public static readonly VideoFormat Yuy2_720x1280_30Fps = new VideoFormat(720, 1280, 30f, VideoColorFormat.Yuy2);
        public static readonly VideoFormat Yuy2_540x960_30Fps = new VideoFormat(540, 960, 30f, VideoColorFormat.Yuy2);
        public static readonly VideoFormat Yuy2_480x848_30Fps = new VideoFormat(480, 848, 30f, VideoColorFormat.Yuy2);
        public static readonly VideoFormat Yuy2_360x640_30Fps = new VideoFormat(360, 640, 30f, VideoColorFormat.Yuy2);
        public static readonly VideoFormat Yuy2_360x640_15Fps = new VideoFormat(360, 640, 15f, VideoColorFormat.Yuy2);
        public static readonly VideoFormat Yuy2_270x480_15Fps = new VideoFormat(270, 480, 15f, VideoColorFormat.Yuy2);
        public static readonly VideoFormat Yuy2_240x424_15Fps = new VideoFormat(240, 424, 15f, VideoColorFormat.Yuy2);
        public static readonly VideoFormat Yuy2_180x320_30Fps = new VideoFormat(180, 320, 30f, VideoColorFormat.Yuy2);
        public static readonly VideoFormat H264_1920x1080_30Fps = new VideoFormat(1920, 1080, 30f, VideoColorFormat.H264);
        public static readonly VideoFormat H264_1280x720_30Fps = new VideoFormat(1280, 720, 30f, VideoColorFormat.H264);
        public static readonly VideoFormat H264_960x540_30Fps = new VideoFormat(960, 540, 30f, VideoColorFormat.H264);
        public static readonly VideoFormat H264_640x360_30Fps = new VideoFormat(640, 360, 30f, VideoColorFormat.H264);
        public static readonly VideoFormat H264_640x360_15Fps = new VideoFormat(640, 360, 15f, VideoColorFormat.H264);
        public static readonly VideoFormat H264_424x240_15Fps = new VideoFormat(424, 240, 15f, VideoColorFormat.H264);
        public static readonly VideoFormat H264_320x180_15Fps = new VideoFormat(320, 180, 15f, VideoColorFormat.H264);
        public static readonly VideoFormat H264_320x180_7_5Fps = new VideoFormat(320, 180, 7.5f, VideoColorFormat.H264);
        public static readonly VideoFormat H264_320x180_3_75Fps = new VideoFormat(320, 180, 3.75f, VideoColorFormat.H264);
        public static readonly VideoFormat H264_320x180_1_875Fps = new VideoFormat(320, 180, 1.875f, VideoColorFormat.H264);
        public static readonly VideoFormat H264_1920x1080_15Fps = new VideoFormat(1920, 1080, 15f, VideoColorFormat.H264);
        public static readonly VideoFormat H264_1920x1080_7_5Fps = new VideoFormat(1920, 1080, 7.5f, VideoColorFormat.H264);
        public static readonly VideoFormat H264_1920x1080_3_75Fps = new VideoFormat(1920, 1080, 3.75f, VideoColorFormat.H264);
        public static readonly VideoFormat H264_1920x1080_1_875Fps = new VideoFormat(1920, 1080, 1.875f, VideoColorFormat.H264);
        public static readonly VideoFormat H264_1280x720_15Fps = new VideoFormat(1280, 720, 15f, VideoColorFormat.H264);
        public static readonly VideoFormat H264_1280x720_7_5Fps = new VideoFormat(1280, 720, 7.5f, VideoColorFormat.H264);
        public static readonly VideoFormat H264_1280x720_3_75Fps = new VideoFormat(1280, 720, 3.75f, VideoColorFormat.H264);
        public static readonly VideoFormat H264_1280x720_1_875Fps = new VideoFormat(1280, 720, 1.875f, VideoColorFormat.H264);
    }
}
