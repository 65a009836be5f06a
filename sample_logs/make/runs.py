"""Which runs there are, how each was started, and the documented line that a person would hold it against."""

from __future__ import annotations

from dataclasses import dataclass

MINUTE, HOUR = 60.0, 3600.0


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The documented duration of a run."""

    text: str
    """Words that stand on exactly one line of the folder's estimates.md."""
    low_s: float | None = None
    high_s: float | None = None
    likely_s: float | None = None
    excludes_init: bool = False


@dataclass(frozen=True, kw_only=True)
class Run:
    """One log: its program, one argument list per attempt, and the story it tells."""

    folder: str
    name: str
    program: str
    attempts: tuple[str, ...]
    start: float
    seed: int
    total_steps: int
    epochs: int
    redraw_s: float
    """TQDM_MININTERVAL: as for any long run, so that the log stays small."""
    gap_s: float = 0.0
    """From the end of one attempt to the start of the next."""
    state: str = "finished"
    problems: tuple[str, ...] = ()
    plan: Plan | None = None
    verdict: str | None = None
    """What comes out of measured against documented; None where the run did not get far enough to say."""

    @property
    def key(self) -> str:
        return f"{self.folder}/{self.name}"


P4D = '--name baseline_no_isotropy --hardware "8 x NVIDIA A100-SXM4-40GB (p4d.24xlarge)" --pipeline --step-s 0.665'
P3 = '--name with_isotropy --hardware "4 x Tesla V100-SXM2-16GB (p3.8xlarge)" --isotropy 1.0 --step-s 1.72'
T4 = '--name frozen_efficient --hardware "1 x Tesla T4" --isotropy 1.0 --freeze-base --plain --step-s 2.1'
MEDIUM = "--size medium --proteins 10000 --pairs 100000"

RUNS = (
    Run(
        folder="retrieval", name="baseline", program="retrieval.py", attempts=("--step-s 0.76",),
        start=1740988800, seed=11, total_steps=4000, epochs=2, redraw_s=10,
        plan=Plan(text="30-60 minutes** (2 epochs", low_s=30 * MINUTE, high_s=60 * MINUTE, excludes_init=True),
        verdict="within",
    ),
    Run(
        folder="retrieval", name="hardness_aware", program="retrieval.py", attempts=("--hardness --step-s 1.22",),
        start=1740994200, seed=12, total_steps=4000, epochs=2, redraw_s=10,
        plan=Plan(text="35-70 minutes** (2 epochs", low_s=35 * MINUTE, high_s=70 * MINUTE, excludes_init=True),
        verdict="slower",
    ),
    Run(
        folder="encoders", name="baseline_no_isotropy", program="encoders.py", attempts=(P4D,),
        start=1741600800, seed=21, total_steps=93_750, epochs=3, redraw_s=60,
        plan=Plan(text="21 hours in total", likely_s=21 * HOUR), verdict="within",
    ),
    Run(
        folder="encoders", name="with_isotropy", program="encoders.py",
        attempts=(f"{P3} --kill-at 75114", f"{P3} --resume checkpoint_epoch_2.pt"),
        start=1741687200, seed=22, total_steps=93_750, epochs=3, redraw_s=240, gap_s=5230,
        plan=Plan(text="4× V100", likely_s=36 * HOUR), verdict="slower",
    ),
    Run(
        folder="encoders", name="frozen_efficient", program="encoders.py", attempts=(T4,),
        start=1741946400, seed=23, total_steps=93_750, epochs=3, redraw_s=300,
        plan=Plan(text="so about 5 days for each", likely_s=120 * HOUR), verdict="faster",
    ),
    Run(
        folder="proteins", name="small", program="proteins.py",
        attempts=("--size small --proteins 5000 --pairs 50000 --fetch-s 0.26 --embed-s 23.5 --step-s 0.058",),
        start=1743498000, seed=31, total_steps=15_630, epochs=10, redraw_s=30,
        plan=Plan(text="3-5 hours", low_s=3 * HOUR, high_s=5 * HOUR), verdict="faster",
    ),
    Run(
        folder="proteins", name="medium", program="proteins.py",
        attempts=(f"{MEDIUM} --fetch-s 0.53 --embed-s 40 --step-s 0.115",),
        start=1743526800, seed=32, total_steps=31_250, epochs=10, redraw_s=30,
        plan=Plan(text="nothing cached", low_s=6 * HOUR, high_s=11 * HOUR), verdict="within",
    ),
    Run(
        folder="proteins", name="large", program="proteins.py",
        attempts=(
            "--size large --proteins 20000 --pairs 200000 --fetch-s 0.58 --embed-s 51 --step-s 0.1 --kill-at 641",
        ),
        start=1743613200, seed=33, total_steps=62_500, epochs=10, redraw_s=30, state="interrupted",
        plan=Plan(text="11-22 hours", low_s=11 * HOUR, high_s=22 * HOUR),
    ),
    Run(
        folder="proteins", name="retrain_cached", program="proteins.py",
        attempts=(f"{MEDIUM} --cached --lr-growth 1.0006 --step-s 0.112",),
        start=1743699600, seed=34, total_steps=31_250, epochs=10, redraw_s=10, state="failed",
        problems=("nan",), plan=Plan(text="embeddings cached** (medium)", low_s=1 * HOUR, high_s=2 * HOUR),
    ),
    Run(
        folder="lora", name="contamination_0", program="lora.py", attempts=("--contamination 0 --step-s 0.98",),
        start=1746090000, seed=41, total_steps=2375, epochs=1, redraw_s=0.1,
        plan=Plan(text="Plan with 40-50 minutes", low_s=40 * MINUTE, high_s=50 * MINUTE), verdict="within",
    ),
    Run(
        folder="lora", name="contamination_10", program="lora.py",
        attempts=("--contamination 0.1 --step-s 1.42 --save-s 14 --final-save-s 110",),
        start=1746093600, seed=42, total_steps=2375, epochs=1, redraw_s=10,
        plan=Plan(text="Plan with 40-50 minutes", low_s=40 * MINUTE, high_s=50 * MINUTE), verdict="slower",
    ),
    Run(
        folder="lora", name="contamination_50", program="lora.py",
        attempts=("--contamination 0.5 --step-s 0.88 --overflow 200000",),
        start=1746099600, seed=43, total_steps=2375, epochs=1, redraw_s=10, problems=("nan",),
        plan=Plan(text="Plan with 40-50 minutes", low_s=40 * MINUTE, high_s=50 * MINUTE), verdict="within",
    ),
    Run(
        folder="chatbot", name="fast_test", program="chatbot.py",
        attempts=("--step-s 30.5 --max-steps 500 --checkpointing false --out-of-memory-at 3427",),
        start=1749024000, seed=51, total_steps=500, epochs=1, redraw_s=30, state="failed", problems=("oom",),
        plan=Plan(text="does it run at all, ~4 hours", likely_s=4 * HOUR),
    ),
    Run(
        folder="chatbot", name="training", program="chatbot.py", attempts=("--step-s 31",),
        start=1749054600, seed=52, total_steps=3938, epochs=1, redraw_s=60,
        plan=Plan(text="# the plan, ~35 hours", likely_s=35 * HOUR), verdict="within",
    ),
)  # fmt: skip
