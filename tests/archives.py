"""Archives for the tests of replay: logs with every kind of clock, and the sample logs."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from trainmon.replay.archive import Archive
from trainmon.replay.reading import ArchiveReading
from trainmon.settings import Settings

SAMPLES = Path(__file__).resolve().parents[1] / "sample_logs"
BEGAN_AT = 1_740_988_800.0


def archive_of(*logs: Path) -> Archive:
    read = ArchiveReading([str(log) for log in logs], Settings()).step()
    assert read is not None
    return read


def stamped(steps: int, step_s: float = 1.0, began_at: float = BEGAN_AT) -> str:
    """A log of one line a step, as `logging` writes it."""

    def line(step: int) -> str:
        at = datetime.fromtimestamp(began_at + step * step_s, UTC)
        return f"{at:%Y-%m-%dT%H:%M:%S}Z INFO step {step}/{steps} loss {9 / (step + 9):.4f}\n"

    return "".join(map(line, range(1, steps + 1)))


def bars(total: int, step_s: int = 2) -> str:
    """A tqdm bar redirected into a file."""

    def redraw(step: int) -> str:
        at, rest = step * step_s, (total - step) * step_s
        rate = f"{step_s:.2f}s/it" if step else "?it/s"
        return (
            f"\r{100 * step // total:3d}%|{'█' * (10 * step // total):<10}| {step}/{total}"
            f" [{tqdm_time(at)}<{tqdm_time(rest)}, {rate}]"
        )

    return "".join(map(redraw, range(total + 1))) + "\n"


def tqdm_time(seconds: int) -> str:
    hours, minutes = divmod(seconds // 60, 60)
    return f"{hours}:{minutes:02d}:{seconds % 60:02d}" if hours else f"{minutes:02d}:{seconds % 60:02d}"
