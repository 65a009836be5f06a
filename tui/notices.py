"""How alerts reach somebody through the terminal: toasts, the bell, the title, and the desktop where asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from textual.app import App
from textual.message import Message

from trainmon.alerts.alerting import Bulletin
from trainmon.alerts.causes import Alert, AlertKind, cut
from trainmon.sanitise import clean

Severity = Literal["information", "warning", "error"]

_SEVERITIES: dict[AlertKind, Severity] = {
    AlertKind.FINISHED: "information",
    AlertKind.FAILED: "error",
    AlertKind.NAN: "error",
}
_TITLES = {AlertKind.NAN: "NaN", AlertKind.SLOWER: "slower than documented", AlertKind.MEMORY: "GPU memory"}
_MOST_TOASTS, _MOST_ON_LOW = 3, 1
_MOST_NAMED = 2
_LOW = 30
"""Lines of a screen on which a second toast would take a tenth of it."""
_TIMEOUTS_S: dict[Severity, float] = {"information": 10.0, "warning": 20.0, "error": 60.0}
_DESKTOP_CHARACTERS = 160
_ST = "\x1b\\"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeOptions:
    """What the user wants besides toasts and the title."""

    bell: bool = True
    desktop: bool = False


class Alerted(Message):
    """There is something to tell."""

    def __init__(self, bulletin: Bulletin) -> None:
        super().__init__()
        self.bulletin = bulletin


def show_toasts(app: App[None], bulletin: Bulletin) -> None:
    """Show what happened; many things at once as one toast. Text of logs is never markup here."""
    alerts = bulletin.alerts
    if len(alerts) > (_MOST_ON_LOW if app.size.height < _LOW else _MOST_TOASTS):
        app.notify(summary(alerts), title="alerts", severity=worst(alerts), timeout=60.0, markup=False)
        alerts = ()
    for alert in alerts:
        severity = _SEVERITIES.get(alert.kind, "warning")
        title = cut(alert.name, 50)
        app.notify(alert.text, title=title, severity=severity, timeout=_TIMEOUTS_S[severity], markup=False)
    for note in bulletin.notes:
        app.notify(clean(note), severity="warning", timeout=15.0, markup=False)


def worst(alerts: Sequence[Alert]) -> Severity:
    """Return the gravest severity."""
    found = {_SEVERITIES.get(alert.kind, "warning") for alert in alerts}
    order: tuple[Severity, ...] = ("error", "warning", "information")
    return next((severity for severity in order if severity in found), "information")


def summary(alerts: Sequence[Alert]) -> str:
    """Return `2 alerts: baseline failed, large finished`, `5 alerts: 3 finished, 2 failed`."""
    if len(alerts) <= _MOST_NAMED:
        told = (f"{cut(alert.name, 30)} {_TITLES.get(alert.kind, alert.kind.value)}" for alert in alerts)
        return f"{len(alerts)} alerts: " + ", ".join(told)
    kinds = Counter(_TITLES.get(alert.kind, alert.kind.value) for alert in alerts)
    return f"{len(alerts)} alerts: " + ", ".join(f"{count} {kind}" for kind, count in kinds.most_common())


def headline(alerts: Sequence[Alert]) -> str:
    """Return what the terminal's title says of alerts: `baseline failed`."""
    if len(alerts) > 1:
        return summary(alerts)
    return "".join(f"{cut(alert.name, 40)} {_TITLES.get(alert.kind, alert.kind.value)}" for alert in alerts)


def desktop_sequence(text: str, environment: Mapping[str, str]) -> str:
    """Return the bytes that make the terminal show a desktop notification.

    OSC 777 is urxvt's, understood by VTE and foot; OSC 9 is iTerm2's, understood by most others. Sending both would
    show two in terminals that know both. tmux hands it on only with `allow-passthrough on`.
    """
    body = cut(clean(text), _DESKTOP_CHARACTERS)
    terminal = environment.get("TERM", "")
    if "VTE_VERSION" in environment or terminal.startswith(("rxvt", "foot")):
        sequence = f"\x1b]777;notify;trainmon;{body.replace(';', ',')}{_ST}"
    else:
        # `4;` at the start would be a progress bar in the taskbar.
        sequence = f"\x1b]9;trainmon: {body}{_ST}"
    if environment.get("TMUX"):
        return "\x1bPtmux;" + sequence.replace("\x1b", "\x1b\x1b") + _ST
    return sequence


def desktop_text(bulletin: Bulletin) -> str:
    """Return what the desktop should show; '' where another screen has shown it, or nothing happened."""
    first = [alert for alert in bulletin.alerts if (alert.log, alert.cause) in bulletin.first_told]
    if len(first) > 1:
        return summary(first)
    return "".join(f"{alert.name} {alert.text}" for alert in first)
