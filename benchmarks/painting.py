"""How many bytes go to the terminal while four of thirty runs change? They are what a screen costs through SSH.

    python -m benchmarks.painting [--hz 1,4] [--seconds 10]

The screen of 120x40 cells shows runs whose step, ETA and loss change with each look, as those of growing logs do.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from benchmarks.opening import environment
from benchmarks.opening_terminal import Terminal


def main() -> None:
    """Measure, and print a line for each rate."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--hz", default="1,4", help="looks per second")
    parser.add_argument("--seconds", type=float, default=10.0)
    options = parser.parse_args()
    for hz in options.hz.split(","):
        with tempfile.TemporaryDirectory() as data:
            terminal = Terminal(["changing", hz], environment(Path(data)))
            terminal.read_until(lambda text: "run03" in text)
            terminal.read_for(3.0)
            size, cpu_s = len(terminal.written), terminal.cpu_s()
            terminal.read_for(options.seconds)
            size, cpu_s = len(terminal.written) - size, terminal.cpu_s() - cpu_s
            terminal.leave()
        per_second, share = size / options.seconds, cpu_s / options.seconds
        print(f"{hz} Hz  {per_second:6.0f} B/s  {per_second / float(hz):6.0f} B a look  CPU {share:.1%}", flush=True)


if __name__ == "__main__":
    main()
