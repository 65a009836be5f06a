"""Trains a small bi-encoder as simpletransformers does: an epoch bar, a batch bar in it, evaluation every 1,000 steps.

`--hardness` adds what hardness-aware negative sampling adds: a hardness score per negative, its weight in the loss,
and a predictor that learns the score.
"""

from __future__ import annotations

import argparse
import logging

import torch
from simulation import Pace, begin
from torch import nn
from torch.nn.functional import cross_entropy, mse_loss, normalize
from tqdm.auto import tqdm, trange

sim = begin()

TRAIN, VALIDATION, WIDTH, BATCH = 16_000, 2_000, 32, 8

logger = logging.getLogger("retrieval_model")


class BiEncoder(nn.Module):
    """One tower for queries, one for passages, and the hardness predictor."""

    def __init__(self) -> None:
        super().__init__()
        self.query = nn.Linear(WIDTH, 24)
        self.passage = nn.Linear(WIDTH, 24)
        self.hardness = nn.Linear(24, 1)

    def scores(self, queries: torch.Tensor, passages: torch.Tensor) -> torch.Tensor:
        return normalize(self.query(queries), dim=-1) @ normalize(self.passage(passages), dim=-1).T / 0.1


def pairs(count: int, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Passages, and queries that are a noisy turn of them."""
    turn = torch.randn(WIDTH, WIDTH, generator=torch.Generator().manual_seed(7)) / WIDTH**0.5
    dice = torch.Generator().manual_seed(seed)
    passages = torch.randn(count, WIDTH, generator=dice)
    return passages @ turn + 1.1 * torch.randn(count, WIDTH, generator=dice), passages


def download(name: str, megabytes: int, rate: float) -> None:
    with tqdm(total=megabytes * 10**6, desc=name, unit="B", unit_scale=True, mininterval=5) as bar:
        while bar.n < bar.total:
            sim.spend(1.0)
            bar.update(min(int(rate * sim.between(0.6, 1.4)), bar.total - bar.n))


def prepare(hardness: bool) -> None:
    """Downloads and preprocessing: the initialization that the plan puts beside the epochs."""
    logger.info("device: cpu, training examples: 16,000, batch size: 8, epochs: 2")
    download("question_encoder/model.safetensors", 250, 3.4e6)
    download("ctx_encoder/model.safetensors", 250, 3.2e6)
    for _ in tqdm(range(TRAIN // 100), desc="Converting to features", unit_scale=100, unit=" examples", mininterval=5):
        sim.spend(sim.between(0.25, 0.4) * (1.4 if hardness else 1.0))
    if hardness:
        logger.info("hardness predictor initialized")
        sim.spend(25.0)


def evaluate(model: BiEncoder, step: int, cost: Pace) -> None:
    queries, passages = pairs(VALIDATION, 2)
    hits, found, loss = 0.0, 0, 0.0
    with sim.stage(f"eval@{step}", "eval", VALIDATION // BATCH), torch.no_grad():
        for start in tqdm(range(0, VALIDATION, BATCH), desc="Running Evaluation", mininterval=10):
            sim.step(start // BATCH + 1, cost())
            gold = torch.arange(start, start + BATCH)
            scores = model.scores(queries[start : start + BATCH], passages)
            ranks = 1 + (scores > scores.gather(1, gold[:, None])).sum(1)
            hits += (1.0 / ranks)[ranks <= 10].sum().item()
            found += int((ranks <= 100).sum())
            loss += cross_entropy(scores, gold, reduction="sum").item()
    results = {"eval_loss": loss / VALIDATION, "MRR@10": hits / VALIDATION, "Recall@100": found / VALIDATION}
    sim.note("metrics", step=step, **results)
    logger.info("step %d: %s", step, ", ".join(f"{name} = {value:.4f}" for name, value in results.items()))


def batch_loss(model: BiEncoder, queries: torch.Tensor, passages: torch.Tensor, hardness: bool) -> torch.Tensor:
    scores = model.scores(queries, passages)
    gold = torch.arange(len(queries))
    if not hardness:
        return cross_entropy(scores, gold)
    hardest = scores.detach().masked_fill(torch.eye(len(queries), dtype=torch.bool), -1e9).softmax(-1).max(-1).values
    predicted = model.hardness(model.query(queries)).sigmoid().squeeze(-1)
    weights = 1.0 + hardest - hardest.mean()
    return (weights * cross_entropy(scores, gold, reduction="none")).mean() + 0.1 * mse_loss(predicted, hardest)


def train(model: BiEncoder, epochs: int, step_s: float, hardness: bool) -> None:
    queries, passages = pairs(TRAIN, 1)
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3)
    cost, eval_cost = Pace(sim, step_s), Pace(sim, step_s * 0.18, warm_up=0)
    step = 0
    epoch_bar = trange(epochs, desc="Epoch", mininterval=0)
    for epoch in epoch_bar:
        epoch_bar.set_description(f"Epoch {epoch + 1} of {epochs}")
        order = torch.randperm(TRAIN).split(BATCH)
        batch_bar = tqdm(order, desc=f"Running Epoch {epoch + 1} of {epochs}", mininterval=10)
        for rows in batch_bar:
            step += 1
            loss = batch_loss(model, queries[rows], passages[rows], hardness)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            sim.step(step, cost())
            if hardness:
                batch_bar.set_postfix(loss=f"{loss.item():.4f}", refresh=False)
            else:
                text = f"Epochs {epoch + 1}/{epochs}. Running Loss: {loss.item():9.4f}"
                batch_bar.set_description(text, refresh=False)
            if step % 1000 == 0:
                evaluate(model, step, eval_cost)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--hardness", action="store_true")
    parser.add_argument("--step-s", type=float, required=True)
    options = parser.parse_args()
    stamped = "%(asctime)s - %(name)s - %(levelname)s - %(message)s"
    logging.basicConfig(level=logging.INFO, format=stamped if options.hardness else logging.BASIC_FORMAT)
    torch.manual_seed(1)
    name = "hans_dpr" if options.hardness else "baseline_dpr"
    with sim.stage("init", "init"):
        prepare(options.hardness)
    logger.info("Training started: %s", "HANS, hardness-aware negatives" if options.hardness else "baseline (LANS)")
    with sim.stage("train", "train", 4000):
        train(BiEncoder(), 2, options.step_s, options.hardness)
    logger.info("Training of DPR model complete. Saved to trained_models/%s/", name)
    sim.end("finished")


main()
