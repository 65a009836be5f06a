"""Loops as people write them by hand, part 2."""

from __future__ import annotations

import math

from tests.simulated.writing import Log, style


@style
def rich_table(log: Log) -> None:
    log.say("┏━━━━━━━┳━━━━━━━━┳━━━━━━━━━━┳━━━━━━━━━┓")
    log.say("┃ Epoch ┃   Loss ┃ Val Loss ┃    Time ┃")
    log.say("┡━━━━━━━╇━━━━━━━━╇━━━━━━━━━━╇━━━━━━━━━┩")
    for e in range(1, 11):
        t = log.trained(42.0)
        loss = log.loss(e, 10)
        log.say(f"│ {e:5} │ {loss:.4f} │   {log.loss(e, 11):.4f} │  {t:5.1f}s │", step=e, loss=loss, evals=e)
    log.say("└───────┴────────┴──────────┴─────────┘")


@style
def percent_only(log: Log) -> None:
    log.prefix = lambda log: f"{log.at()} INFO "
    for p in range(5, 1001, 5):
        log.wait(11)
        log.say(f"{p / 10:.1f}% done", step=p / 10, total=100, state="finished" if p == 1000 else "interrupted")
    log.timed = False


@style
def tokens_in_k(log: Log) -> None:
    log.prefix = lambda log: f"{log.at()} "
    for k in range(1, 101):
        for _ in range(1):
            log.trained(6.0)
        loss = log.loss(k, 100)
        log.say(
            f"tokens {k * 500}k/50000k | loss {loss:.3f} | 83k tok/s",
            loss=round(loss, 3),
            step=k * 500e3,
            total=50e6,
            state="finished" if k == 100 else "interrupted",
        )
    log.timed = False


@style
def rl_episodes(log: Log) -> None:
    for e in range(10, 501, 10):
        for _ in range(10):
            log.trained(0.9)
        log.say(
            f"Episode {e}/500\tAverage Score: {e / 5:.2f}\tEpsilon: {1 - e / 600:.3f}",
            step=e,
            total=500,
            state="finished" if e == 500 else "interrupted",
        )
    log.timed = False


@style
def rl_episode_stamped(log: Log) -> None:
    log.prefix = lambda log: f"{log.at()} | INFO | "
    for e in range(1, 301):
        log.trained(4.0)
        log.say(f"Episode: {e}, reward: {e / 3:.1f}, length: {100 + e}, eps: 0.1", step=e)


@style
def its_per_second_only(log: Log) -> None:
    log.prefix = lambda log: f"[{log.at('%H:%M:%S')}] "
    for i in range(50, 2001, 50):
        t = sum(log.trained(0.4) for _ in range(50))
        log.say(f"iter {i}: {50 / t:.2f} it/s", step=i)


@style
def chinese(log: Log) -> None:
    log.say("开始训练")
    for e in range(1, 11):
        t = log.trained(32.0)
        loss = log.loss(e, 10)
        log.say(
            f"第 {e}/10 轮, 损失: {loss:.4f}, 准确率: {80 + e}.5%, 用时: {t:.1f}秒",
            step=e,
            total=10,
            epochs=10,
            loss=loss,
            state="finished" if e == 10 else "interrupted",
        )
    log.say("训练完成", state="finished")


@style
def german(log: Log) -> None:
    for e in range(1, 6):
        for i in range(20, 201, 20):
            for _ in range(20):
                log.trained(0.25)
            loss = log.loss(e * 200 + i, 1200)
            log.say(
                f"Epoche {e}/5, Schritt {i}/200, Verlust: {loss:.4f}",
                step=(e - 1) * 200 + i,
                total=1000,
                epochs=5,
                loss=loss,
            )
    log.say("Training abgeschlossen.", state="finished")
    log.timed = False


@style
def zero_based_epochs(log: Log) -> None:
    log.say("Num epochs: 4")
    log.prefix = lambda log: f"{log.at('%m/%d/%Y %H:%M:%S')} - INFO - __main__ - "
    for e in range(4):
        for i in range(0, 250, 25):
            loss = log.loss(e * 250 + i, 1100)
            log.say(f"Epoch {e} Batch {i}/250 Loss {loss:.4f}", step=e * 250 + i + 1, total=1000, epochs=4, loss=loss)
            for _ in range(25):
                log.trained(0.6)
    log.say("Done training.", state="finished")


@style
def epoch_seconds_only(log: Log) -> None:
    for e in range(20):
        t = log.trained(55.0)
        log.say(f"Epoch {e} took {t:.2f}s", step=e + 1)


@style
def epoch_time_line_after(log: Log) -> None:
    for e in range(1, 9):
        t = log.trained(125.0)
        loss = log.loss(e, 8)
        log.say(f"Epoch: {e:02} | Epoch Time: {int(t // 60)}m {int(t % 60)}s", step=e)
        log.say(f"\tTrain Loss: {loss:.3f} | Train PPL: {math.exp(loss):7.3f}", loss=round(loss, 3))
        log.say(f"\t Val. Loss: {log.loss(e, 9):.3f} |  Val. PPL: {math.exp(log.loss(e, 9)):7.3f}", evals=e)


@style
def validation_interleaved(log: Log) -> None:
    log.prefix = lambda log: f"{log.at()},{log.ms:03d} - train - INFO - "
    for i in range(20, 1001, 20):
        for _ in range(20):
            log.trained(0.2)
        loss = log.loss(i, 1000)
        log.say(f"Step {i}/1000 - loss: {loss:.4f} - lr: 0.0001", step=i, total=1000, loss=loss)
        if i % 200 == 0:
            for b in range(1, 21):
                log.wait(0.1)
                if b % 10 == 0:
                    log.say(f"Validation batch {b}/20")
            log.say(f"Validation loss: {log.loss(i, 1100):.4f}", evals=i // 200)
    log.say("Training completed successfully!", state="finished")


@style
def early_stopping(log: Log) -> None:
    for e in range(1, 18):
        log.trained(20)
        loss = log.loss(e, 20)
        log.say(
            f"Epoch {e}/100 - train loss: {loss:.4f} - val loss: {0.5:.4f}",
            step=e,
            total=100,
            epochs=100,
            loss=loss,
            evals=e,
        )
        if e > 12:
            log.say(f"EarlyStopping counter: {e - 12} out of 5")
    log.say("Early stopping at epoch 17", state="finished")
    log.timed = False


@style
def crash(log: Log) -> None:
    log.prefix = lambda log: f"{log.at()} INFO "
    for i in range(1, 151):
        log.trained(1.0)
        loss = log.loss(i, 1000)
        log.say(f"step {i}/1000 loss {loss:.4f}", step=i, total=1000, loss=loss)
    log.prefix = None
    log.fail(
        "traceback",
        "Traceback (most recent call last):",
        '  File "train.py", line 88, in <module>',
        "    main()",
        "ValueError: operands could not be broadcast together with shapes (3,) (4,)",
    )


@style
def nan_goes_on(log: Log) -> None:
    for i in range(1, 201):
        log.trained(1.0)
        loss = log.loss(i, 200) if i < 120 else float("nan")
        log.say(
            f"{log.at()} step={i}/200 loss={loss}",
            step=i,
            total=200,
            loss=loss,
            state="finished" if i == 200 else "interrupted",
            problems=frozenset({"nan"}) if i >= 120 else frozenset(),
        )
