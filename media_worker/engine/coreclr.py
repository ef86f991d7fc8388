"""Microsoft's media library in this process: CoreCLR through pythonnet, behind the C# shim.

The library's threads end in the shim; Python drains. With the stand-in of the library this runs on Linux, in the tests.
**With Microsoft's library it has never run**: docs/how-to/windows-spike.md says what is to be tried first.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from media_worker.audio import NOBODY, Records
from media_worker.engine.build import LIBRARY, SHIM
from media_worker.engine.interface import (
    SCREEN,
    Drops,
    EngineEvent,
    Health,
    MediaAsk,
    Opened,
    Platform,
    PlatformRefused,
    ReceivedVideo,
    VideoAsk,
    VideoFrame,
)

_DIRECTIONS = {"inactive": "Inactive", "receive": "Recvonly", "send": "Sendonly", "both": "Sendrecv"}
_TONES = {"Star": "*", "Pound": "#"}
_NAMES = {"*": "Star", "#": "Pound"}
_HEALTH: dict[str, Health] = {"Normal": "normal", "HeavilyLoaded": "heavily_loaded", "Overloaded": "overloaded"}


def load(folder: Path, *, runtime_config: Path, dotnet_root: Path | None = None) -> Any:
    """Start CoreCLR and load library and shim from a flat folder; returns the library's namespace. Once a process."""
    import clr_loader
    import pythonnet

    properties = {"APP_PATHS": str(folder)}
    runtime = clr_loader.get_coreclr(runtime_config=runtime_config, dotnet_root=dotnet_root, properties=properties)
    pythonnet.load(runtime)  # netfx, its default on Windows, is reported broken with the library
    import clr  # pyright: ignore[reportMissingImports]

    for name in (LIBRARY, SHIM):
        clr.AddReference(str(folder / name.removesuffix(".dll")))  # pyright: ignore[reportAttributeAccessIssue]
    from Microsoft.Skype.Bots import Media  # pyright: ignore[reportMissingImports]

    return Media


class CoreClr:
    """`engine.interface.Engine` over the loaded library."""

    name = "coreclr"

    def __init__(self, media: Any) -> None:
        from Callwright.MediaShim import Pump  # pyright: ignore[reportMissingImports]

        self._media = media
        self._pump = Pump()
        self._sockets: dict[int, list[Any]] = {}
        self._last = 0
        self.version = str(media.MediaPlatform.__module__)

    def start(self, platform: Platform) -> None:
        """Initialize the platform."""
        from System.Net import IPAddress  # pyright: ignore[reportMissingImports]

        instance = self._media.MediaPlatformInstanceSettings()
        instance.CertificateThumbprint = platform.certificate_thumbprint
        instance.InstanceInternalPort, instance.InstancePublicPort = platform.internal_port, platform.public_port
        instance.InstancePublicIPAddress = IPAddress.Parse(platform.public_address)
        instance.ServiceFqdn = platform.service_fqdn
        instance.MediaPortRange = self._media.PortRange(*platform.media_ports)
        settings = self._media.MediaPlatformSettings()
        settings.ApplicationId, settings.MediaPlatformInstanceSettings = platform.application_id, instance
        self._guarded(lambda: self._media.MediaPlatform.Initialize(settings))

    def stop(self) -> None:
        """Shut it down."""
        for stream in tuple(self._sockets):
            self.close(stream)
        self._media.MediaPlatform.Shutdown()

    def open(self, ask: MediaAsk) -> Opened:
        """Make the sockets and their configuration."""
        from System.Collections.Generic import List  # pyright: ignore[reportMissingImports]

        media = self._media
        settings = media.AudioSocketSettings()
        settings.CallId, settings.ReceiveUnmixedMeetingAudio = ask.session_id, ask.unmixed
        settings.StreamDirections = getattr(media.StreamDirection, _DIRECTIONS[ask.direction])
        settings.SupportedAudioFormat = media.AudioFormat.Pcm16K
        audio = media.AudioSocket(settings)
        videos, screen = List[media.IVideoSocket](), None
        for each in ask.video:
            videos.Add(self._video(ask.session_id, each, media.MediaType.Video))
        if ask.screen is not None:
            screen = self._video(ask.session_id, ask.screen, media.MediaType.Vbss)
        config = self._guarded(lambda: self._configured(audio, videos, screen))
        self._last += 1
        self._pump.Attach(self._last, audio)
        for number, video in [*enumerate(videos), *([(SCREEN, screen)] if screen is not None else [])]:
            self._pump.Attach(self._last, number, video)
        self._sockets[self._last] = [audio, *videos, screen]
        return Opened(stream=self._last, blob=str(config.ToString()))

    def close(self, stream: int) -> None:
        """Dispose of the sockets."""
        self._pump.Detach(stream)
        for socket in self._sockets.pop(stream, []):
            if socket is not None:
                socket.Dispose()

    def drain(self, into: Records) -> int:
        """One call for all sessions."""
        from System import IntPtr  # pyright: ignore[reportMissingImports]

        return int(self._pump.Drain(IntPtr(into.ctypes.data), len(into)))

    def events(self) -> list[EngineEvent]:
        """One call for all sessions."""
        return [_event(line) for line in str(self._pump.Events()).splitlines()]

    def video(self) -> list[ReceivedVideo]:
        """Pictures, without the stride of the library's buffers."""
        return [
            ReceivedVideo(
                stream=each.Stream,
                socket=each.Socket,
                source=each.Source,
                frame=VideoFrame(
                    width=each.Width, height=each.Height, data=bytes(each.Pixels), timestamp=each.Timestamp
                ),
            )
            for each in self._pump.Pictures()
        ]

    def send(self, sent: Records) -> None:
        """One call for all frames of a tick."""
        from System import IntPtr  # pyright: ignore[reportMissingImports]

        self._pump.Send(IntPtr(sent.ctypes.data), len(sent))

    def send_tones(self, stream: int, tones: tuple[str, ...], gap_ms: int) -> None:
        """Press keys."""
        from System.Collections.Generic import List  # pyright: ignore[reportMissingImports]

        wanted = List[self._media.ToneId]()
        for tone in tones:
            wanted.Add(getattr(self._media.ToneId, _NAMES.get(tone, f"Tone{tone}" if tone.isdigit() else tone)))
        self._sockets[stream][0].SendDtmfTones(wanted, gap_ms)

    def send_video(self, stream: int, socket: int, frame: VideoFrame) -> None:
        """Show one picture, in the slowest NV12 format of its size."""
        import numpy as np
        from Callwright.MediaShim import Picture  # pyright: ignore[reportMissingImports]
        from System import IntPtr  # pyright: ignore[reportMissingImports]

        form = getattr(self._media.VideoFormat, f"NV12_{frame.width}x{frame.height}_1_875Fps")
        pixels = np.frombuffer(frame.data, np.uint8)
        picture = Picture.ToSend(IntPtr(pixels.ctypes.data), len(pixels), form, frame.timestamp)
        self._pump.Show(stream, socket, picture)

    def subscribe(self, stream: int, socket: int, resolution: str, source: int | None) -> None:
        """Receive video."""
        wanted = getattr(self._media.VideoResolution, resolution)
        video = self._video_socket(stream, socket)
        video.Subscribe(wanted) if source is None else video.Subscribe(wanted, source)

    def unsubscribe(self, stream: int, socket: int) -> None:
        """Receive none."""
        self._video_socket(stream, socket).Unsubscribe()

    def quality(self, stream: int) -> dict[str, Any]:
        """What the library says of the audio, as text: its shape has not been seen yet."""
        return {"audio": str(self._sockets[stream][0].GetQualityOfExperienceData())}

    def health(self) -> Health:
        """As the library says."""
        return _HEALTH[str(self._media.MediaPlatform.CurrentHealth)]

    def drops(self, stream: int) -> Drops:
        """As the shim counted."""
        audio, video, events, sent = self._pump.Drops(stream)
        return Drops(audio=audio, video=video, events=events, sent=sent)

    def _configured(self, audio: Any, videos: Any, screen: Any) -> Any:
        create = self._media.MediaPlatform.CreateMediaConfiguration
        if screen is not None:
            return create(audio, videos, screen)
        return create(audio, videos) if videos.Count else create(audio)

    def _video(self, call_id: str, ask: VideoAsk, kind: Any) -> Any:
        from System.Collections.Generic import List  # pyright: ignore[reportMissingImports]

        media = self._media
        settings = media.VideoSocketSettings()
        settings.CallId, settings.MediaType = call_id, kind
        settings.StreamDirections = getattr(media.StreamDirection, _DIRECTIONS[ask.direction])
        settings.ReceiveColorFormat = media.VideoColorFormat.NV12
        formats = List[media.VideoFormat]()
        for each in ask.formats:
            formats.Add(getattr(media.VideoFormat, each.name))
        settings.SupportedSendVideoFormats = formats
        return media.VideoSocket(settings)

    def _video_socket(self, stream: int, socket: int) -> Any:
        sockets = self._sockets[stream]
        return sockets[-1] if socket == SCREEN else sockets[1 + socket]

    def _guarded(self, act: Any) -> Any:
        import System  # pyright: ignore[reportMissingImports]

        try:
            return act()
        except System.Exception as failure:
            raise PlatformRefused(str(failure.Message)) from None


def _event(line: str) -> EngineEvent:
    stream, kind, value, socket = line.split("\t")
    data: dict[str, Any] = {}
    if kind == "tone":
        data = {"tone": _TONES.get(value, value.removeprefix("Tone"))}
    elif kind == "dominant_speaker":
        data = {"speaker": None if int(value) == NOBODY else int(value)}
    elif kind.endswith("_status"):
        data = {"active": value == "1", "socket": int(socket)}
    return EngineEvent(stream=int(stream), kind=kind, data=data)
