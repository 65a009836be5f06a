"""Lines with which a program says that it is done, whatever framework it uses, and the footer of `script` captures."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import ClassVar

from trainmon.events import AttemptMark, Ending, EndingKind, Event, Line
from trainmon.parsers.base import LogFormat, Sample
from trainmon.parsers.printed_time import whole_time_s
from trainmon.patterns import pattern

_INTERRUPTED_CODES = (130, 137, 143)
"""128 and the number of the signal that ended the command: SIGINT, SIGKILL, SIGTERM."""


_FLAGS = re.IGNORECASE | re.ASCII
_NOT_A_PART = r"(?![^.!]{0,20}\b(?:epoch|step|stage|fold|phase|iteration|round|batch|sample)s?\b)"
_MOST = (
    r"(?:max(?:imum)?|total|target|final|last|requested)[ _-]?(?:number of )?(?:train(?:ing)?[ _-])?"
    r"(?:steps?|iter(?:ation)?s?|epochs?|updates?)\b(?! per\b)(?: ?[=:]? ?\(?\d[\d,_]{0,15}\)?)?"
)
_STOPS = rf"[ :;,.!-]{{1,4}}(?:so )?(?:stop(?:ping|ped)?|exit(?:ing)?|finish(?:ing|ed)|ending|done)\b{_NOT_A_PART}"
_PATTERNS = {
    "head": pattern(
        r"(?:(?:DEBUG|INFO|WARNING|WARN|NOTICE|SUCCESS)\b[ :|-]{1,4}(?:[A-Za-z_][\w.-]{0,80} ?[:|-] {0,2})?"
        r"|[A-Za-z_][A-Za-z_.-]{0,80}: |\[[A-Za-z_][A-Za-z_.-]{0,80}\]:? )(?=\S)",
        re.ASCII,
    ),
    "reached": pattern(
        rf"\W{{0,12}}(?:(?:reached|hit)(?: the)? {_MOST}{_STOPS}|{_MOST} (?:was |has been )?reached{_STOPS}"
        rf"|stopp(?:ing|ed) (?:at|after) (?:step|iteration|epoch) \d[\d,]{{0,15}}\b.{{0,20}}\b{_MOST}).{{0,80}}",
        _FLAGS,
    ),
    "script": pattern(
        r'Script (started|done) on [\d: T+-]{10,40}(?:\[.*?(?:COMMAND_EXIT_CODE="(\d{1,3})".*)?\]?)?\s*', re.ASCII
    ),
    "finished": pattern(
        rf"\W{{0,12}}(?:the |model |fine-?|pre-?)?(?:training|fine-?tuning)(?: (?:run|job|loop"
        rf"|process|(?=[\w.-]*\d)[\w.-]{{1,40}}(?= complete in )"
        rf"|of (?!.{{0,20}}\b(?:epoch|step|stage|fold|phase|iteration|round|batch))[\w./ -]{{1,60}}?"
        rf"(?= (?:is )?(?:complete|finished|done))))?(?: (?:is|has|was))?"
        rf"(?: (?:been|now|successfully|all))*[ :-]+(?:successfully )?(?:complete[d]?|finished|done|ended"
        rf"|over)\b{_NOT_A_PART}.{{0,120}}"
        rf"|\W{{0,12}}(?:done|finished|completed|end(?: of)?)(?: with)?(?: the)? (?:model )?(?:training"
        rf"|fine-?tuning)\b{_NOT_A_PART}.{{0,120}}"
        r"|\W{0,4}Optimi[sz]ation (?:finished|done|completed?)\W{0,4}"
        r"|\W{0,12}(?:模型)?训练(?:已经?)?(?:完成|结束|完毕).{0,60}|\W{0,12}学習(?:が)?(?:完了|終了).{0,60}"
        r"|\W{0,12}(?:das )?Training (?:ist |wurde )?(?:abgeschlossen|beendet|fertig)\b.{0,60}"
        rf"|\W{{0,4}}all (?:epochs|steps) (?:done|completed?|finished)\b.{{0,60}}",
        _FLAGS,
    ),
    "early": pattern(
        r"\W{0,12}(?:early[ -]?stop(?:ping|ped)?)\b(?!.{0,40}\b(?:patience|counter|count|callback|enabled"
        r"|disabled|set|config)\b)[ :!,.-]*"
        r"(?:triggered|reached|activated|at|after|now|training|epoch|because|since|!|$).{0,160}"
        r"|\W{0,4}(?:training )?stopped early\b.{0,120}|\W{0,4}stopping training early\b.{0,120}",
        _FLAGS,
    ),
}


class Endings(LogFormat):
    """Reads end markers that no framework owns."""

    name: ClassVar[str] = "endings"
    title: ClassVar[str] = "end markers of any program"
    priority: ClassVar[int] = 75
    needles: ClassVar[tuple[str, ...]] = (
        "ptimi",
        "训练",
        "学習",
        "Script ",
        "raining",
        "RAINING",
        "uning",
        "top",
        "eached",
        "All ",
        "all ",
    )
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample(
            'Script started on 2026-11-20 04:54:01+00:00 [COMMAND="python train.py" TERM="xterm-256color"]',
            "util-linux",
        ),
        Sample("Training finished in 3600.2 s", "a hand-written loop"),
        Sample("Training resnet-50 complete in 105m 12s", "a public log"),
        Sample("End training....", "a public log"),
        Sample("Early stopping triggered after 12 epochs", "a hand-written loop"),
        Sample("INFO train: Training complete", "a logger of one's own"),
        Sample("Reached max_steps=250, stopping", "a hand-written loop"),
        Sample('Script done on 2026-11-20 04:54:40+00:00 [COMMAND_EXIT_CODE="0"]', "util-linux"),
    )

    def parse(self, line: Line) -> Sequence[Event] | None:
        """Give an Ending, or the mark of a start."""
        text = line.text.strip()
        if text.startswith("Script "):
            script = _PATTERNS["script"].fullmatch(text)
            if script is not None:
                return _script(text, script[1], script[2])
        head = _PATTERNS["head"].match(text)
        text = text[head.end() :] if head is not None else text
        if _PATTERNS["finished"].fullmatch(text) or _PATTERNS["reached"].fullmatch(text):
            return (Ending(kind=EndingKind.FINISHED, text=text, took_s=whole_time_s(text)),)
        if _PATTERNS["early"].fullmatch(text):
            return (Ending(kind=EndingKind.EARLY_STOPPED, text=text),)
        return None


def _script(text: str, which: str, code: str | None) -> Sequence[Event]:
    if which == "started":
        return (AttemptMark(text=text),)
    if code is None:
        return ()
    status = int(code)
    if status == 0:
        return (Ending(kind=EndingKind.FINISHED, text="exit status 0"),)
    kind = EndingKind.INTERRUPTED if status in _INTERRUPTED_CODES else EndingKind.FAILED
    return (Ending(kind=kind, text=f"exit status {status}"),)
