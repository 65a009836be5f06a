"""More loops as people write them, part 1."""

from __future__ import annotations

import json

from tests.simulated.writing import Log, style


def stamp(log: Log) -> str:
    return log.at("%Y-%m-%d %H:%M:%S")


@style
def big_time_of_day(log: Log) -> None:
    log.now_s += 12 * 3600
    for i in range(1, 30001):
        log.trained(3.0)
        loss = log.loss(i, 30000)
        log.say(f"[{log.at('%H:%M:%S')}] iter {i}/40000 loss {loss:.4f} lr 0.0003", step=i, total=40000, loss=loss)


@style
def big_elapsed(log: Log) -> None:
    t0 = log.now_s
    for i in range(1, 20001):
        log.trained(0.7)
        loss = log.loss(i, 20000)
        log.say(f"iter {i}/40000, loss={loss:.4f}, elapsed={log.now_s - t0:.1f}s", step=i, total=40000, loss=loss)


@style
def dict_epoch_block(log: Log) -> None:
    log.prefix = lambda log: f"{stamp(log)} - INFO - "
    for e in range(1, 11):
        log.trained(77)
        loss = log.loss(e, 10)
        log.say(
            f"Epoch {e:>2d}/10: {{'train_loss': {loss:.4f}, 'val_loss': {log.loss(e, 11):.4f}, 'val_acc': 0.81}}",
            step=e,
            total=10,
            epochs=10,
            loss=loss,
            evals=e,
            state="finished" if e == 10 else "interrupted",
        )


@style
def arrow_style(log: Log) -> None:
    log.prefix = lambda log: f"{stamp(log)} "
    for i in range(50, 2001, 50):
        for _ in range(50):
            log.trained(0.2)
        loss = log.loss(i, 2000)
        log.say(
            f"==> step {i} of 2000 | train_loss: {loss:.4f} | grad: 1.2 | {50 / 10:.1f} steps/s",
            step=i,
            total=2000,
            loss=loss,
            state="finished" if i == 2000 else "interrupted",
        )


@style
def iter_colon_ms(log: Log) -> None:
    for i in range(0, 1000, 10):
        t = sum(log.trained(0.085) for _ in range(10)) / 10
        loss = log.loss(i, 1000)
        log.say(f"iter {i}: loss {loss:.4f}, time {t * 1000:.2f}ms", step=i + 1, loss=loss)


@style
def epoch_only_progress_stamped(log: Log) -> None:
    log.prefix = lambda log: f"{stamp(log)} [INFO] train: "
    for e in range(1, 9):
        log.say(f"Starting epoch {e}/8", step=e - 1, total=8, epochs=8)
        log.trained(200)
        loss = log.loss(e, 8)
        log.say(
            f"Finished epoch {e}/8, loss = {loss:.4f}", loss=loss, step=e, state="finished" if e == 8 else "interrupted"
        )


@style
def sweep_trials(log: Log) -> None:
    log.prefix = lambda log: f"{stamp(log)} "
    for t in range(1, 4):
        log.say(f"Trial {t}/3 lr=0.00{t}")
        for e in range(1, 6):
            log.trained(25)
            loss = log.loss(e, 5)
            log.say(
                f"  epoch {e}/5 loss {loss:.4f}",
                loss=loss,
                step=(t - 1) * 5 + e,
                total=15,
                epochs=15,
                state="finished" if (t, e) == (3, 5) else "interrupted",
            )


@style
def ddp_rank_stamped(log: Log) -> None:
    for i in range(10, 301, 10):
        for _ in range(10):
            log.trained(0.5)
        for r in range(2):
            loss = log.loss(i, 300)
            log.say(
                f"{stamp(log)} | rank {r} | step {i}/300 | loss {loss:.4f}",
                step=i,
                total=300,
                loss=loss if r == 0 else log.truth.loss,
            )
    log.say(f"{stamp(log)} | rank 0 | done", state="finished")


@style
def yaml_like_record(log: Log) -> None:
    for e in range(1, 6):
        log.trained(60)
        loss = log.loss(e, 5)
        log.say(
            f"epoch: {e}\n  train_loss: {loss}\n  val_loss: {log.loss(e, 6)}\n  time: 60.1s", step=e, loss=loss, evals=e
        )
    log.timed = False


@style
def german_decimal(log: Log) -> None:
    log.prefix = lambda log: f"{log.at('%d.%m.%Y %H:%M:%S')} "
    for e in range(1, 21):
        log.trained(45)
        loss = log.loss(e, 20)
        log.say(
            f"Epoche {e} von 20 - Verlust {loss:.4f}",
            step=e,
            total=20,
            epochs=20,
            loss=loss,
            state="finished" if e == 20 else "interrupted",
        )


@style
def ratio_percent_tail(log: Log) -> None:
    log.prefix = lambda log: f"{log.at('%H:%M:%S')} "
    for i in range(100, 3001, 100):
        for _ in range(100):
            log.trained(0.09)
        loss = log.loss(i, 3000)
        log.say(
            f"Training... {i}/3000 ({i / 30:.1f}%) loss={loss:.4f}",
            step=i,
            total=3000,
            loss=loss,
            state="finished" if i == 3000 else "interrupted",
        )


@style
def seen_samples(log: Log) -> None:
    log.prefix = lambda log: f"{stamp(log)} "
    for i in range(1, 101):
        log.trained(5)
        loss = log.loss(i, 100)
        log.say(
            f"samples seen: {i * 6400}/640000, loss: {loss:.4f}",
            loss=loss,
            step=i * 6400,
            total=640000,
            state="finished" if i == 100 else "interrupted",
        )
    log.timed = False


@style
def json_seconds(log: Log) -> None:
    t0 = log.now_s
    for i in range(20, 1001, 20):
        for _ in range(20):
            log.trained(0.6)
        loss = log.loss(i, 1000)
        log.say(
            json.dumps(
                {
                    "iter": i,
                    "max_iters": 1000,
                    "train": {"loss": loss, "lr": 1e-4},
                    "elapsed_sec": round(log.now_s - t0, 2),
                }
            ),
            step=i,
            total=1000,
            loss=loss,
            state="finished" if i == 1000 else "interrupted",
        )


@style
def json_epoch_str(log: Log) -> None:
    for e in range(1, 13):
        log.trained(90)
        loss = log.loss(e, 12)
        log.say(
            json.dumps(
                {
                    "ts": log.at("%Y-%m-%dT%H:%M:%S") + "+00:00",
                    "epoch": f"{e}/12",
                    "train_loss": f"{loss:.4f}",
                    "val_loss": "0.5000",
                }
            ),
            step=e,
            total=12,
            epochs=12,
            loss=loss,
            evals=e,
            state="finished" if e == 12 else "interrupted",
        )


@style
def json_logger_message(log: Log) -> None:
    """python-json-logger."""
    for i in range(10, 501, 10):
        for _ in range(10):
            log.trained(0.5)
        loss = log.loss(i, 500)
        log.say(
            json.dumps(
                {
                    "asctime": f"{stamp(log)},{log.ms:03d}",
                    "name": "trainer",
                    "levelname": "INFO",
                    "message": f"step {i}/500 loss={loss:.4f}",
                }
            ),
            step=i,
            total=500,
            loss=loss,
            state="finished" if i == 500 else "interrupted",
        )


@style
def tqdm_write_style(log: Log) -> None:
    for e in range(1, 6):
        t = log.trained(100)
        loss = log.loss(e, 5)
        log.say(
            f"[Epoch {e:2d}/5] loss={loss:.4f}  val_loss={log.loss(e, 6):.4f}  val_f1=0.812  ({t:.1f}s)",
            step=e,
            total=5,
            epochs=5,
            loss=loss,
            evals=e,
            state="finished" if e == 5 else "interrupted",
        )


@style
def batch_dots(log: Log) -> None:
    for e in range(1, 4):
        for b in range(1, 11):
            for _ in range(10):
                log.trained(0.33)
            loss = log.loss(e * 10 + b, 40)
            log.say(
                f"{log.at('%b %d %H:%M:%S')} e{e} b{b * 10}/100 loss {loss:.3f}",
                step=(e - 1) * 100 + b * 10,
                loss=round(loss, 3),
            )
