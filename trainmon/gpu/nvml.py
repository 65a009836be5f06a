"""NVIDIA GPUs through NVML, where every single call may fail for itself: the value is then missing, with the reason."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from trainmon.gpu_snapshot import GpuProcess, GpuSample
from trainmon.sanitise import clean

SLOW_S = 60.0
"""Names, totals, limits and calls that the driver refused for good are asked this often."""
LISTS_S = 5.0
"""Graphics and MPS process lists."""
REOPEN_S = 10.0
"""A lost GPU comes back only after NVML was shut down and started anew."""
REASONS = {
    3: "not supported", 4: "no permission", 9: "driver not loaded", 10: "timeout", 13: "driver too old",
    15: "GPU lost", 16: "GPU needs a reset", 17: "blocked by the operating system",
    18: "driver and library versions differ", 20: "out of memory", 28: "GPU not found", 999: "unknown error",
}  # fmt: skip
"""nvmlReturn_t in words."""
FOR_GOOD = frozenset({3, 4, 13})
LOST = frozenset({15, 28})
UNINITIALIZED = 1
UNKNOWN = 999
THROTTLE = {
    0x2: "application clocks", 0x4: "power cap", 0x8: "hardware slowdown", 0x10: "sync boost",
    0x20: "thermal (software)", 0x40: "thermal (hardware)", 0x80: "power brake", 0x200: "board limit",
    0x400: "reliability",
}  # fmt: skip
"""nvmlClocksThrottleReasons; idle (1) and display clock (0x100) slow nothing down."""
BY_CODE = {
    9: "the NVIDIA driver is not loaded",
    12: "libnvidia-ml was not found",
    13: "this NVIDIA driver is too old to be asked",
    18: "NVIDIA driver and library versions differ; reboot, or reload the driver",
    4: "no permission to ask the NVIDIA driver",
}


class NvmlUnavailableError(Exception):
    """NVML as a whole does not answer; the message is the line to show."""


class _Refused(Exception):  # noqa: N818 - the ordinary answer of many calls, no error
    def __init__(self, reason: str, code: int = 0) -> None:
        super().__init__(reason)
        self.reason, self.code = reason, code


@dataclass(slots=True)
class _Card:
    """A GPU or a MIG instance, and what is remembered of it."""

    index: int
    handle: object
    mig_index: int | None = None
    kept: dict[str, tuple[float, Any]] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    answered: bool = False
    lost: bool = False


class NvmlReader:
    """Reads all GPUs; `nvml` is the module pynvml, `beat` is called after every call into the driver."""

    def __init__(self, nvml: Any, beat: Callable[[], None], label: Callable[[int], str], expected: int = 0) -> None:
        self._nvml, self._beat, self._label = nvml, beat, label
        self._expected = expected  # so many GPUs have been seen on this machine; fewer: some are lost
        self._cards: list[_Card] = []
        self._names: dict[int, tuple[str | None, str | None]] = {}
        self._reopen_at, self._reopen_s = float("inf"), REOPEN_S

    def open(self) -> None:
        """Start NVML and list the GPUs. Raises NvmlUnavailableError."""
        try:
            self._call("nvmlInitWithFlags", 0)
            count = self._call("nvmlDeviceGetCount")
        except _Refused as refused:
            said = BY_CODE.get(refused.code, f"the NVIDIA driver says: {refused.reason}")
            raise NvmlUnavailableError(f"GPU: {said}") from refused
        if not count:
            raise NvmlUnavailableError("GPU: the NVIDIA driver knows no GPU")
        self._cards = [self._card(index) for index in range(count)]
        self._expected = max(self._expected, count)
        self._reopen_at = float("inf")

    def read(self, now: float) -> tuple[GpuSample, ...]:
        """One sample per GPU and per MIG instance. `now` is a steady clock. Raises NvmlUnavailableError."""
        if now >= self._reopen_at:
            self._close()
            self.open()
        samples = tuple(sample for card in self._cards for sample in self._read_card(card, now))
        if len(self._cards) == self._expected and not any(card.lost for card in self._cards):
            self._reopen_s = REOPEN_S
        elif self._reopen_at == float("inf"):
            self._reopen_at = now + self._reopen_s
            self._reopen_s = min(2 * self._reopen_s, SLOW_S)
        return samples

    def _close(self) -> None:
        try:
            self._call("nvmlShutdown")
        except _Refused:
            return

    def _card(self, index: int) -> _Card:
        try:
            return _Card(index, self._call("nvmlDeviceGetHandleByIndex", index))
        except _Refused as refused:
            return _Card(index, None, reasons={"memory_used_bytes": refused.reason}, lost=refused.code in LOST)

    def _read_card(self, card: _Card, now: float) -> Iterator[GpuSample]:
        try:
            if card.handle is None:
                raise _Refused(card.reasons["memory_used_bytes"])
            instances = self._value(card, "mig", now, lambda: self._instances(card), SLOW_S) or ()
            yield self._sample(card, now)
        except _Refused as refused:
            card.lost = True
            name, uuid = self._names.get(card.index, (None, None))
            reasons = {"memory_used_bytes": refused.reason}
            yield GpuSample(
                index=card.index, mig_index=card.mig_index, name=name, uuid=uuid, unavailable=reasons, lost=True
            )
            return
        for instance in instances:
            yield from self._read_card(instance, now)

    def _sample(self, card: _Card, now: float) -> GpuSample:
        handle = card.handle
        name = self._value(card, "name", now, lambda: self._text("nvmlDeviceGetName", handle), SLOW_S)
        uuid = self._value(card, "uuid", now, lambda: self._text("nvmlDeviceGetUUID", handle), SLOW_S)
        if card.mig_index is None:
            self._names[card.index] = (name, uuid)
        memory = self._value(card, "memory_used_bytes", now, lambda: self._memory(card)) or (None, None)
        card.lost = False
        return GpuSample(
            index=card.index,
            mig_index=card.mig_index,
            name=name,
            uuid=uuid,
            memory_used_bytes=memory[0],
            memory_total_bytes=memory[1],
            utilization_percent=self._value(card, "utilization_percent", now, lambda: self._utilization(handle)),
            temperature_c=self._value(card, "temperature_c", now, lambda: self._temperature(handle)),
            power_w=self._value(card, "power_w", now, lambda: self._watts("nvmlDeviceGetPowerUsage", handle)),
            power_limit_w=self._value(
                card, "power_limit_w", now, lambda: self._watts("nvmlDeviceGetEnforcedPowerLimit", handle), SLOW_S
            ),
            throttle_reasons=self._value(card, "throttle_reasons", now, lambda: self._throttle(handle)) or (),
            processes=self._processes(card, now),
            unavailable={key: reason for key, reason in card.reasons.items() if key != "mig"},
        )

    def _value(self, card: _Card, key: str, now: float, ask: Callable[[], Any], keep_s: float = 0.0) -> Any:
        """A value, kept for `keep_s`; None where refused, and then asked again later. Raises _Refused: GPU lost."""
        until, value = card.kept.get(key, (0.0, None))
        if now < until:
            return value
        try:
            value = ask()
            card.reasons.pop(key, None)
        except _Refused as refused:
            vanished = refused.code == UNKNOWN and key == "memory_used_bytes" and card.answered
            if vanished or refused.code in LOST or refused.code == UNINITIALIZED:
                raise
            value, card.reasons[key] = None, refused.reason
            keep_s = SLOW_S if refused.code in FOR_GOOD else 0.0
        if keep_s:
            card.kept[key] = (now + keep_s, value)
        return value

    def _call(self, name: str, *arguments: object) -> Any:
        """Call a function of pynvml. Raises _Refused in place of whatever it raises."""
        function = getattr(self._nvml, name, None)
        if function is None:
            raise _Refused("not in this version of nvidia-ml-py", 13)
        try:
            return function(*arguments)
        except self._nvml.NVMLError as error:
            raise _Refused(self._reason(error), error.value) from error
        except self._nvml.NVMLLibraryMismatchError as error:
            raise _Refused(REASONS[13], 13) from error
        except (OSError, ctypes.ArgumentError) as error:
            raise _Refused(clean(str(error))) from error
        finally:
            self._beat()

    def _reason(self, error: Any) -> str:
        try:
            return REASONS.get(error.value) or clean(str(error)).lower()
        except (UnicodeDecodeError, self._nvml.NVMLError):
            return f"error {error.value}"

    def _first(self, names: Iterable[str], *arguments: object) -> Any:
        """The first of these functions that this driver has."""
        missing = _Refused(REASONS[13], 13)
        for name in names:
            try:
                return self._call(name, *arguments)
            except _Refused as refused:
                if refused.code != missing.code:
                    raise
        raise missing

    def _text(self, name: str, argument: object) -> str:
        try:
            return clean(str(self._call(name, argument)))
        except UnicodeDecodeError as error:  # pynvml decodes strictly
            return clean(error.object.decode(errors="replace"))

    def _memory(self, card: _Card) -> tuple[float, float | None]:
        """Used and total. The second version leaves the driver's reserve out of `used`, as nvidia-smi does."""
        try:
            memory = self._call("nvmlDeviceGetMemoryInfo", card.handle, self._nvml.nvmlMemory_v2)
        except (_Refused, AttributeError, TypeError) as refused:
            if isinstance(refused, _Refused) and refused.code in LOST:
                raise
            memory = self._call("nvmlDeviceGetMemoryInfo", card.handle)
        card.answered = True
        total = _plausible(memory.total, 2**60)
        if (used := _plausible(memory.used, total or 2**60)) is None:
            raise _Refused(REASONS[3])
        return used, total

    def _utilization(self, handle: object) -> float:
        return _sane(self._call("nvmlDeviceGetUtilizationRates", handle).gpu, 100)

    def _temperature(self, handle: object) -> float:
        return _sane(self._call("nvmlDeviceGetTemperature", handle, 0), 500)

    def _watts(self, name: str, handle: object) -> float:
        return _sane(self._call(name, handle), 100_000_000) / 1000

    def _throttle(self, handle: object) -> tuple[str, ...]:
        names = ("nvmlDeviceGetCurrentClocksThrottleReasons", "nvmlDeviceGetCurrentClocksEventReasons")
        bits = self._first(names, handle)
        return tuple(word for bit, word in THROTTLE.items() if bits & bit)

    def _processes(self, card: _Card, now: float) -> tuple[GpuProcess, ...]:
        """Compute processes, then graphics and MPS ones; a card cut into MIG instances leaves its list to them."""
        if card.kept.get("mig", (0.0, ()))[1]:
            return ()
        compute = self._value(card, "processes", now, lambda: self._list(card, "Compute")) or ()
        graphics = self._value(card, "graphics", now, lambda: self._list(card, "Graphics"), LISTS_S) or ()
        mps = self._value(card, "mps", now, lambda: self._list(card, "MPSCompute"), LISTS_S) or ()
        for key in ("graphics", "mps"):  # lists that few drivers have; their absence is no news
            card.reasons.pop(key, None)
        found = dict((*mps, *graphics, *compute))
        return tuple(GpuProcess(pid=pid, used_bytes=used, name=self._process_name(pid)) for pid, used in found.items())

    def _list(self, card: _Card, kind: str) -> tuple[tuple[int, float | None], ...]:
        names = (f"nvmlDeviceGet{kind}RunningProcesses_v3", f"nvmlDeviceGet{kind}RunningProcesses_v2")
        found = self._first(names, card.handle)
        return tuple((process.pid, _plausible(process.usedGpuMemory, 2**60)) for process in found)

    def _process_name(self, pid: int) -> str:
        if label := self._label(pid):
            return label
        try:
            return self._text("nvmlSystemGetProcessName", pid).rpartition("/")[2]
        except _Refused:
            return ""

    def _instances(self, card: _Card) -> tuple[_Card, ...]:
        if card.mig_index is not None or not self._call("nvmlDeviceGetMigMode", card.handle)[0]:
            return ()
        found = []
        for number in range(self._call("nvmlDeviceGetMaxMigDeviceCount", card.handle)):
            try:
                handle = self._call("nvmlDeviceGetMigDeviceHandleByIndex", card.handle, number)
            except _Refused:  # instance numbers have gaps
                continue
            found.append(_Card(card.index, handle, mig_index=number))
        return tuple(found)


def _plausible(value: float | None, limit: float) -> float | None:
    """The value, or None for what NVML says instead of "not available" (all bits set)."""
    return None if value is None or not 0 <= value <= limit else float(value)


def _sane(value: float, limit: float) -> float:
    if (found := _plausible(value, limit)) is None:
        raise _Refused(REASONS[3])
    return found
