"""Fine-tunes an encoder with a contrastive loss and, optionally, an isotropy term: 3 epochs of 31,250 steps.

One checkpoint per epoch; `--resume checkpoint_epoch_N.pt` continues after it. `--pipeline` puts what the cloud plan
has around training into the same log: the download before, the BEIR evaluation after.
"""

from __future__ import annotations

import argparse
import logging
from pathlib import Path

import torch
from simulation import Pace, begin
from torch import nn
from torch.nn.functional import cross_entropy, normalize
from tqdm.auto import tqdm

sim = begin()

PAIRS, BATCH, EPOCHS, WIDTH, OUT = 500_000, 16, 3, 32, 16
STEPS = PAIRS // BATCH
BEIR = ("trec-covid", "nfcorpus", "bioasq", "nq", "hotpotqa", "fiqa", "signal1m", "trec-news", "robust04", "arguana")
BEIR += ("touche-2020", "cqadupstack", "quora", "dbpedia", "scidocs", "fever", "climate-fever", "scifact")

log = logging.getLogger("isotropic")


class Encoder(nn.Module):
    """A base that can be frozen, and a projection."""

    def __init__(self, frozen: bool) -> None:
        super().__init__()
        self.base = nn.Linear(WIDTH, WIDTH).requires_grad_(not frozen)
        self.projection = nn.Linear(WIDTH, OUT)

    def forward(self, batch: torch.Tensor) -> torch.Tensor:
        return self.projection(torch.tanh(self.base(batch)))


def batch_of(dice: torch.Generator, size: int = BATCH) -> tuple[torch.Tensor, torch.Tensor]:
    """Queries and their passages: two noisy views of one point."""
    points = torch.randn(size, WIDTH, generator=dice) * torch.linspace(0.3, 1.7, WIDTH)
    noise = torch.randn(2, size, WIDTH, generator=dice) * 0.8
    return points + noise[0], points + noise[1]


def contrastive(model: Encoder, queries: torch.Tensor, passages: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    one, two = model(queries), model(passages)
    scores = normalize(one, dim=-1) @ normalize(two, dim=-1).T / 0.1
    return cross_entropy(scores, torch.arange(len(queries))), torch.cat((one, two))


def isotropy(vectors: torch.Tensor) -> torch.Tensor:
    """1 where all directions carry the same variance."""
    spread = vectors.var(0)
    return spread.mean() ** 2 / (spread**2).mean()


def download(cost: Pace) -> None:
    with sim.stage("download", "data", PAIRS):
        bar = tqdm(total=PAIRS, desc="Downloading MS MARCO", unit=" pairs", mininterval=60)
        for part in range(PAIRS // 500):
            sim.step(part + 1, cost())
            bar.update(500)
        bar.close()


def validate(model: Encoder, step: int, cost: Pace) -> tuple[float, float]:
    dice = torch.Generator().manual_seed(99)
    with sim.stage(f"eval@{step}", "eval", 200), torch.no_grad():
        losses, vectors = [], []
        for batch in tqdm(range(200), desc="Validation", mininterval=60, leave=False):
            loss, output = contrastive(model, *batch_of(dice))
            losses.append(loss.item())
            vectors.append(output)
            sim.step(batch + 1, cost())
    return sum(losses) / len(losses), isotropy(torch.cat(vectors)).item()


def train_epoch(model: Encoder, optimizer: torch.optim.Optimizer, epoch: int, weight: float, cost: Pace) -> float:
    """One epoch; its mean loss. Dies by SIGKILL where the command line says so."""
    dice = torch.Generator().manual_seed(epoch)
    total = 0.0
    bar = tqdm(range(STEPS), desc=f"Epoch {epoch}/{EPOCHS}")
    for index in bar:
        loss, vectors = contrastive(model, *batch_of(dice))
        if weight:
            loss = loss + weight * (1.0 - isotropy(vectors))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item()
        step = (epoch - 1) * STEPS + index + 1
        sim.step(step, cost())
        if index % 500 == 499:
            bar.set_postfix(loss=f"{loss.item():.4f}", avg_loss=f"{total / (index + 1):.4f}", refresh=False)
        if step == OPTIONS.kill_at:
            sim.kill(step)
    return total / STEPS


def save(model: Encoder, optimizer: torch.optim.Optimizer, epoch: int, folder: Path) -> None:
    path = folder / f"checkpoint_epoch_{epoch}.pt"
    torch.save({"model": model.state_dict(), "optimizer": optimizer.state_dict(), "epoch": epoch}, path)
    sim.pause("save", epoch * STEPS, sim.between(6, 14))
    log.info("Saved %s", path)


def train(model: Encoder, folder: Path) -> None:
    optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=3e-5)
    done, best = 0, float("inf")
    if OPTIONS.resume:
        state = torch.load(folder / OPTIONS.resume)
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        done = state["epoch"]
        log.info("Resumed from %s: epoch %d of %d done, global step %d", OPTIONS.resume, done, EPOCHS, done * STEPS)
    cost, eval_cost = Pace(sim, OPTIONS.step_s), Pace(sim, OPTIONS.step_s * 0.8, warm_up=0)
    for epoch in range(done + 1, EPOCHS + 1):
        began = sim.now
        loss = train_epoch(model, optimizer, epoch, OPTIONS.isotropy, cost)
        val_loss, score = validate(model, epoch * STEPS, eval_cost)
        sim.note("metrics", step=epoch * STEPS, loss=loss, val_loss=val_loss, isotropy=score)
        minutes = (sim.now - began) / 60
        text = "Epoch %d/%d - loss: %.4f - val_loss: %.4f - isotropy: %.3f - %.1f min"
        log.info(text, epoch, EPOCHS, loss, val_loss, score, minutes)
        save(model, optimizer, epoch, folder)
        if val_loss < best:
            best = val_loss
            torch.save(model.state_dict(), folder / "best_model.pt")


def beir(seconds: float) -> None:
    with sim.stage("BEIR evaluation", "eval", len(BEIR)):
        bar = tqdm(BEIR, desc="BEIR evaluation")
        for number, dataset in enumerate(bar, 1):
            bar.set_postfix_str(dataset)
            sim.step(number, seconds / len(BEIR) * sim.between(0.3, 1.7))


def main() -> None:
    stamp = "%(asctime)s [%(levelname)s] %(message)s"
    logging.basicConfig(level=logging.INFO, format="[%(levelname)s] %(message)s" if OPTIONS.plain else stamp)
    torch.manual_seed(3)
    folder = Path("checkpoints") / OPTIONS.name
    folder.mkdir(parents=True, exist_ok=True)
    log.info("Experiment %s on %s", OPTIONS.name, OPTIONS.hardware)
    if OPTIONS.pipeline:
        download(Pace(sim, 3.0, scatter=0.3))
    with sim.stage("init", "init"):
        model = Encoder(OPTIONS.freeze_base)
        sim.spend(sim.between(40, 70))
        count = sum(p.numel() for p in model.parameters() if p.requires_grad)
        log.info("Training pairs: 500,000, batch size: 16, epochs: 3, steps per epoch: 31,250")
        log.info("Trainable parameters: %s, mixed precision: True", f"{count:,}")
    with sim.stage("train", "train", EPOCHS * STEPS):
        train(model, folder)
    torch.save(model.state_dict(), folder / "final_model.pt")
    log.info("Training complete. Saved %s", folder / "final_model.pt")
    if OPTIONS.pipeline:
        beir(6600)
        log.info("All done.")
    sim.end("finished")


parser = argparse.ArgumentParser()
parser.add_argument("--name", required=True)
parser.add_argument("--hardware", required=True)
parser.add_argument("--step-s", type=float, required=True)
parser.add_argument("--isotropy", type=float, default=0.0)
parser.add_argument("--freeze-base", action="store_true")
parser.add_argument("--pipeline", action="store_true")
parser.add_argument("--plain", action="store_true", help="no timestamps")
parser.add_argument("--resume", default="")
parser.add_argument("--kill-at", type=int, default=0)
OPTIONS = parser.parse_args()
main()
