"""The runs of the newest board in order, and how many have what: of thousands few change from one board to the next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from operator import attrgetter

from trainmon.attention import needs_attention
from trainmon.snapshot import RunSnapshot, RunStatus
from trainmon.tui import words
from trainmon.tui.attention import KEYS, Entry, Group, Sort, SortKey, group_of, matches


class Trait(Enum):
    """What is counted, or decides whether a column shows anything."""

    NEEDY = auto()
    LOST = auto()
    INTERRUPTED = auto()
    RUNNING = auto()
    STAGE = auto()
    ETA = auto()
    FINISH = auto()
    DOCUMENTED = auto()
    MEMORY = auto()
    NOTE = auto()


def _traits(run: RunSnapshot) -> Iterator[Trait]:
    shown = {
        Trait.NEEDY: needs_attention(run),
        Trait.LOST: words.is_said_lost(run),
        Trait.INTERRUPTED: run.state is RunStatus.INTERRUPTED,
        Trait.RUNNING: run.state is RunStatus.RUNNING,
        Trait.STAGE: run.stage,
        Trait.ETA: run.eta is not None,
        Trait.FINISH: run.eta is not None and run.eta.finish_at is not None,
        Trait.DOCUMENTED: run.documented is not None,
        Trait.MEMORY: words.memory(run),
        Trait.NOTE: words.note(run)[0],
    }
    return (trait for trait, is_so in shown.items() if is_so)


@dataclass(slots=True, kw_only=True)
class _Member:
    run: RunSnapshot
    key: SortKey
    folder: str
    traits: tuple[Trait, ...]
    is_wanted: bool
    is_here: bool = field(default=True)


class Roster:
    """Takes the runs of one board after the other; a run that is the same object as before costs next to nothing."""

    def __init__(self, runs: Iterable[RunSnapshot] = ()) -> None:
        self._sort, self._wanted = Sort.WORST, ""
        self._runs: Sequence[RunSnapshot] = ()
        self._roots: Sequence[str] = ()
        self._members: dict[int, _Member] = {}
        """By the identity of their runs, which they keep alive."""
        self._ordered: list[_Member] = []
        self._traits: Counter[Trait] = Counter()
        self._folders: Counter[str] = Counter()
        self._widths: Counter[tuple[bool, int]] = Counter()
        """How many names are so wide, with their folders and without."""
        self._stage_widths: Counter[int] = Counter()
        self._running: dict[int, RunSnapshot] = {}
        self.take(tuple(runs))

    def __len__(self) -> int:
        return len(self._runs)

    def count(self, trait: Trait) -> int:
        """Say how many runs have it."""
        return self._traits[trait]

    @property
    def running(self) -> Collection[RunSnapshot]:
        """Runs that go on: when a stalled one ends nobody knows."""
        return self._running.values()

    @property
    def has_groups(self) -> bool:
        """Say whether the runs lie in several folders."""
        return len(self._folders) > 1

    def name_width(self, *, grouped: bool) -> int:
        """Return the length of the longest name; of those under their folders without the folder."""
        inside = grouped and len(self._folders) > 1
        return max((width for is_inside, width in self._widths if is_inside is inside), default=0)

    @property
    def stage_width(self) -> int:
        """The length of the longest name of a stage under way."""
        return max(self._stage_widths, default=0)

    def take(self, runs: Sequence[RunSnapshot], roots: Sequence[str] = ()) -> None:
        """Take the runs of a newer board; `roots`: the folders and files that they were found in."""
        self._roots = roots
        if runs is self._runs:
            return
        self._runs = runs
        fresh = [run for run in runs if id(run) not in self._members]
        if len(self._members) + len(fresh) > len(runs):
            here = set(map(id, runs))
            for number in [number for number in self._members if number not in here]:
                self._leave(number)
            self._ordered = [member for member in self._ordered if member.is_here]
            self._folders, self._widths, self._stage_widths = +self._folders, +self._widths, +self._stage_widths
        for run in fresh:
            self._join(run)
        if fresh:
            self._ordered.sort(key=_KEY)  # nearly in order already, which is quick

    def entries(self, *, sort: Sort, wanted: str = "", grouped: bool = True) -> list[Entry]:
        """Return the lines of the overview: the wanted runs in order, under their folders where there are several.

        Folders come in the order of their first run, so that the worst one stands on top.
        """
        self._arrange(sort, wanted)
        chosen = [member for member in self._ordered if member.is_wanted] if wanted else self._ordered
        folders: dict[str, list[RunSnapshot]] = {}
        if grouped and len(self._folders) > 1:
            for member in chosen:
                folders.setdefault(member.folder, []).append(member.run)
        if len(folders) < 2:
            return [member.run for member in chosen]
        entries: list[Entry] = []
        for folder, members in folders.items():
            entries.append(Group(folder=folder, size=len(members)))
            entries.extend(members)
        return entries

    def _arrange(self, sort: Sort, wanted: str) -> None:
        """Keep the runs in another order, or choose others."""
        if sort is not self._sort:
            self._sort = sort
            for member in self._ordered:
                member.key = KEYS[sort](member.run)
            self._ordered.sort(key=_KEY)
        if wanted != self._wanted:
            self._wanted = wanted
            for member in self._ordered:
                member.is_wanted = matches(member.run, wanted)

    def _join(self, run: RunSnapshot) -> None:
        member = self._members[id(run)] = _Member(
            run=run,
            key=KEYS[self._sort](run),
            folder=group_of(run, self._roots),
            traits=tuple(_traits(run)),
            is_wanted=matches(run, self._wanted),
        )
        self._ordered.append(member)
        self._add(member, 1)
        if run.state is RunStatus.RUNNING:
            self._running[id(run)] = run

    def _leave(self, number: int) -> None:
        member = self._members.pop(number)
        member.is_here = False
        self._running.pop(number, None)
        self._add(member, -1)

    def _add(self, member: _Member, by: int) -> None:
        name = member.run.name
        self._traits.update(dict.fromkeys(member.traits, by))
        self._folders.update({member.folder: by})
        self._stage_widths.update({len(member.run.stage): by})
        self._widths.update({(False, len(name)): by, (True, len(name.rpartition("/")[2])): by})


_KEY = attrgetter("key")
