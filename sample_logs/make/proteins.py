"""Protein pairs: fetch the sequences, embed them once, draw negative pairs, train an MLP on the pairs for 10 epochs.

`--cached` finds the embeddings of an earlier run. `--lr-growth` multiplies the learning rate at every step, as a
learning-rate finder that somebody left switched on does: the loss explodes for real.
"""

from __future__ import annotations

import argparse
import math

import torch
from simulation import Pace, begin
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits
from tqdm import tqdm

sim = begin()

BATCH, WIDTH, PROTEINS_A_BATCH = 32, 16, 20


def fetch(proteins: int, cost: Pace) -> None:
    with sim.stage("fetch", "data", proteins):
        failed = 0
        for number in tqdm(range(1, proteins + 1), desc="Fetching sequences"):
            sim.step(number, cost())
            failed += sim.dice.random() < 0.002
    print(f"Fetched {proteins - failed} of {proteins} sequences from UniProt ({failed} not found)")


def embed(proteins: int, cost: Pace) -> None:
    batches = math.ceil(proteins / PROTEINS_A_BATCH)
    print(f"Embedding {proteins} proteins with ESM2-650M, {PROTEINS_A_BATCH} to a batch")
    with sim.stage("embed", "data", batches):
        for number in tqdm(range(1, batches + 1), desc="Computing embeddings"):
            sim.step(number, cost())
            if number == OPTIONS.kill_at:
                sim.kill(number)
    print("Saved embeddings_cache.pkl")


def draw_negatives(pairs: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Feature rows of interacting and of randomly paired proteins, with their labels."""
    dice = torch.Generator().manual_seed(5)
    with sim.stage("negatives", "data"):
        labels = (torch.rand(pairs, generator=dice) < 0.5).float()
        rows = torch.randn(pairs, WIDTH, generator=dice)
        rows[:, :4] += 0.7 * labels[:, None]
        sim.spend(sim.between(100, 200))
    print(f"Negative sampling done: {pairs} pairs")
    return rows, labels


def train(rows: torch.Tensor, labels: torch.Tensor, epochs: int, cost: Pace) -> None:
    model = nn.Sequential(nn.Linear(WIDTH, 32), nn.ReLU(), nn.Linear(32, 1))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.02, momentum=0.9)
    steps, step, best = math.ceil(len(rows) / BATCH), 0, float("inf")
    for epoch in range(1, epochs + 1):
        began, total = sim.now, 0.0
        bar = tqdm(torch.randperm(len(rows)).split(BATCH), desc=f"Epoch {epoch}/{epochs}")
        for index, chosen in enumerate(bar):
            loss = binary_cross_entropy_with_logits(model(rows[chosen]).squeeze(-1), labels[chosen])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            for group in optimizer.param_groups:
                group["lr"] *= OPTIONS.lr_growth
            if math.isnan(loss.item()):
                sim.end("nan", step=step)
                raise FloatingPointError(f"loss is {loss.item()} at epoch {epoch}, step {index + 1}: stopping training")
            step += 1
            sim.step(step, cost())
            total += loss.item()
            if index % 100 == 99:
                bar.set_postfix(loss=f"{total / (index + 1):.4f}", refresh=False)
        sim.note("metrics", step=step, loss=total / steps)
        print(f"Epoch {epoch}/{epochs} - train loss: {total / steps:.4f} - {sim.now - began:.1f} s")
        if total < best:
            best = total
            torch.save(model.state_dict(), "model.pth")
            sim.pause("save", step, 0.8)
            print("Saved model.pth")


def main() -> None:
    torch.manual_seed(4)
    print(f"HINT, {OPTIONS.size} dataset on ml.g4dn.xlarge (NVIDIA T4)")
    print(f"proteins: {OPTIONS.proteins}, pairs: {OPTIONS.pairs}, batch size: 32, epochs: 10")
    if OPTIONS.cached:
        print("embeddings_cache.pkl found: fetching and embedding skipped")
    else:
        fetch(OPTIONS.proteins, Pace(sim, OPTIONS.fetch_s, scatter=0.2))
        embed(OPTIONS.proteins, Pace(sim, OPTIONS.embed_s))
    rows, labels = draw_negatives(OPTIONS.pairs)
    with sim.stage("train", "train", 10 * math.ceil(OPTIONS.pairs / BATCH)):
        train(rows, labels, 10, Pace(sim, OPTIONS.step_s, scatter=0.1))
    print("Training finished, best model in model.pth")
    sim.end("finished")


parser = argparse.ArgumentParser()
parser.add_argument("--size", required=True)
parser.add_argument("--proteins", type=int, required=True)
parser.add_argument("--pairs", type=int, required=True)
parser.add_argument("--fetch-s", type=float, default=0.0)
parser.add_argument("--embed-s", type=float, default=0.0)
parser.add_argument("--step-s", type=float, required=True)
parser.add_argument("--cached", action="store_true")
parser.add_argument("--lr-growth", type=float, default=1.0)
parser.add_argument("--kill-at", type=int, default=0)
OPTIONS = parser.parse_args()
main()
