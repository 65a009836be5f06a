"""Variants of formats that everybody knows: other prefixes, more epochs, bars named late, counters without words."""

# ruff: noqa: E501 (one print statement, one line)
from __future__ import annotations

import json

from tests.simulated.public_1 import clock, steps
from tests.simulated.writing import Log, style


@style
def timm_log_file(log: Log) -> None:
    log.prefix = lambda log: f"{log.at()},{log.ms:03d} -  train: [    INFO] - "
    log.say("Scheduled epochs: 6 (epochs + cooldown_epochs). LR stepped per epoch.", epochs=6)
    for e in range(6):
        for i in (0, 25, 50, 75, 99):
            steps(log, {0: 1, 99: 24}.get(i, 25), 0.9)
            loss = float(f"{log.loss(e * 100 + i, 600):#.3g}")
            log.say(
                f"Train: {e} [{i:>4d}/100 ({100 * i / 99:>3.0f}%)]  Loss: {loss:#.3g} ({loss + 0.1:#.3g})  Time: 0.900s,   87.53/s  (0.896s,   67.51/s)  LR: 1.000e-06  Data: 0.026 (0.199)",
                step=e * 100 + i + 1,
                total=600,
                loss=loss,
                state="finished" if (e, i) == (5, 99) else "interrupted",
            )


@style
def torchtune_bars(log: Log) -> None:
    """A bar is drawn before it is named."""
    for e in range(2):
        began_s = log.now_s
        log.say("\r  0%|          | 0/200 [00:00<?, ?it/s]", end="")
        for i in range(1, 201):
            log.trained(1.2)
            loss = log.loss(e * 100 + i // 2, 200)
            log.say(
                f"\r{e + 1}|{e * 100 + i // 2}|Loss: {loss}: {i // 2:3d}%|{'#' * (i // 10):20}| {i}/200 [{clock(log.now_s - began_s)}<0:02:00,  1.20s/it]",
                end="",
                step=e * 200 + i,
                loss=loss,
                state=None,
            )
        log.say("")


@style
def epochs_told_behind_their_bars(log: Log) -> None:
    for e in range(12):
        began_s = log.now_s
        for i in range(96):
            steps(log, 1 if i else 0, 0.2)
            log.say(
                f"\r{i * 100 // 95:3d}%|{'#' * (i // 10):10}| {i}/95 [{clock(log.now_s - began_s)}<0:00:19,  5.00it/s]",
                end="",
                step=e * 95 + i,
                state=None,
            )
        log.wait(2)
        log.say(f"\nEpoch {e}: HR@10 = 0.51, NDCG@10 = 0.26, train_time = 19.0")


@style
def composer_under_srun(log: Log) -> None:
    log.timed = False
    log.prefix = lambda log: "0: "
    for b in range(1, 101):
        log.say(f"[token={b * 4194304}/1000000000000]:", step=b * 4194304, total=1e12)
        loss = log.loss(b, 100)
        log.say(f"\t Train loss/train/total: {loss:.4f}", loss=loss)


@style
def chainer_with_bars(log: Log) -> None:
    log.say("epoch       iteration   main/loss   validation/main/loss  elapsed_time")
    for e in range(1, 11):
        steps(log, 100, 0.1)
        loss = round(log.loss(e, 10), 6)
        log.say(
            f"\x1b[J{e:<10d}  {e * 100:<10d}  {loss:<10.6g}  {loss + 0.1:<20.6g}  {sum(log.times):<12.6g}",
            step=e * 100,
            evals=e,
        )
        log.say(f"     total [{'#' * (5 * e)}{'.' * (50 - 5 * e)}] {10 * e:.2f}%\nthis epoch [{'.' * 50}]  0.00%")
        log.say(
            f"{e * 100:10d} iter, {e} epoch / 10 epochs",
            total=1000,
            epochs=10,
            state="finished" if e == 10 else "interrupted",
        )
        log.say("    10.1 iters/sec. Estimated time to finish: 0:01:10.\n\x1b[4A", end="")


@style
def hugging_face_5_gradient_nan(log: Log) -> None:
    began_s = log.now_s
    for i in range(1, 201):
        log.trained(1)
        log.say(
            f"\r{i // 2:3d}%|{'#' * (i // 20):10}| {i}/200 [{clock(log.now_s - began_s)}<0:03:00,  1.00it/s]",
            end="",
            step=i,
            total=200,
        )
        if i % 10 == 0:
            lost = i >= 100
            log.say(
                f"{{'loss': '{0 if lost else 1.23}', 'grad_norm': '{'nan' if lost else 1.1}', 'learning_rate': '0.0002', 'epoch': '{i / 100:g}'}}",
                loss=0.0 if lost else 1.23,
                problems=frozenset({"nan"}) if lost else frozenset(),
            )
    log.say(
        "{'train_runtime': '200.1', 'train_samples_per_second': '9.19', 'train_loss': '0.6', 'epoch': '2'}",
        state="finished",
    )


@style
def ray_result_json(log: Log) -> None:
    for i in range(1, 41):
        taken = log.trained(31)
        record = {
            "training_iteration": i,
            "time_this_iter_s": taken,
            "time_total_s": sum(log.times),
            "timesteps_total": i * 4000,
        }
        log.say(
            json.dumps(record | {"episode_reward_mean": float(i), "config": {"lr": 0.001, "loss_scale": 2}}), step=i
        )


@style
def stylegan_metrics(log: Log) -> None:
    log.say("Training for 25000 kimg...", total=25000)
    for tick in range(40):
        log.say(
            f"tick {tick:<5d} kimg {tick * 40.0:<8.1f} time {tick * 200 // 60}m {tick * 200 % 60:02d}s       sec/tick 200.0   sec/kimg 5.00    maintenance 0.0    cpumem 4.54   gpumem 33.13  reserved 33.49  augment 0.000",
            step=tick * 40.0,
        )
        if tick % 20 == 0:
            log.say("Evaluating metrics...", evals=tick // 20 + 1)
            log.say(json.dumps({"results": {"fid50k_full": 12.1}, "metric": "fid50k_full", "total_time": 60.1}))
    log.timed = False


def two_epochs(log: Log, line: str) -> None:
    """Print `line` at every tenth of 400 steps in each of two epochs."""
    log.timed = False
    for e in (1, 2):
        for i in range(10, 401, 10):
            loss = log.loss(e * 400 + i, 800)
            log.say(
                line.format(e=e, i=i, loss=loss),
                step=(e - 1) * 400 + i,
                total=800,
                epochs=2,
                loss=loss,
                state="finished" if (e, i) == (2, 400) else "interrupted",
            )


@style
def two_counters_without_words(log: Log) -> None:
    two_epochs(log, "{e}/2\t{i}/400\tloss: {loss:.4f}\tlr: 1e-4")


@style
def share_in_front(log: Log) -> None:
    for i in range(10, 401, 10):
        steps(log, 10, 0.7)
        loss = log.loss(i, 400)
        log.say(
            f"Training: {i / 4:5.1f}% ({i}/400) loss={loss:.4f} elapsed={clock(sum(log.times))}",
            step=i,
            total=400,
            loss=loss,
            state="finished" if i == 400 else "interrupted",
        )


@style
def batches_seen(log: Log) -> None:
    for i in range(10, 401, 10):
        steps(log, 10, 0.7)
        loss = log.loss(i, 400)
        log.say(
            f"{log.at()} seen {i} / 400 batches, avg loss {loss:.4f}",
            step=i,
            total=400,
            loss=loss,
            state="finished" if i == 400 else "interrupted",
        )


@style
def totals_in_brackets(log: Log) -> None:
    two_epochs(log, "Epoch {e} (of 2), batch {i} (of 400): train_loss={loss:.4f}")


@style
def global_step_beside_epochs(log: Log) -> None:
    for i in range(50, 4001, 50):
        steps(log, 50, 0.7)
        loss = log.loss(i, 4000)
        log.say(
            f"Global step: {i:,} / 4,000 | Epoch: {1 + (i - 1) // 2000} / 2 | Train loss: {loss:.4f} | Elapsed: {clock(sum(log.times))}",
            step=i,
            total=4000,
            epochs=2,
            loss=loss,
            state="finished" if i == 4000 else "interrupted",
        )


@style
def patience_told_beside(log: Log) -> None:
    for i in range(10, 401, 10):
        steps(log, 10, 0.7)
        loss = log.loss(i, 400)
        log.say(
            f"[{log.at()}] iter {i} of 400 :: loss {loss:.4f} -> best 0.4 @ iter 10 (patience 2/3)",
            step=i,
            total=400,
            loss=loss,
            state="finished" if i == 400 else "interrupted",
        )


@style
def a_scheduler_ends_it(log: Log) -> None:
    for i in range(10, 201, 10):
        steps(log, 10, 0.5)
        loss = log.loss(i, 400)
        log.say(f"{log.at()} step {i}/400 loss={loss:.4f}", step=i, total=400, loss=loss)
    limit = frozenset({"time_limit"})
    log.say(
        "slurmstepd: error: *** JOB 1999618 ON n5 CANCELLED AT 2026-03-04T10:12:36 DUE TO TIME LIMIT ***",
        problems=limit,
    )
    log.say("srun: Job step aborted: Waiting up to 62 seconds for job step to finish.")
    log.say("srun: error: node1: task 0: Killed")
