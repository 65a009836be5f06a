"""Loops as people write them by hand, part 3."""

from __future__ import annotations

from tests.simulated.writing import Log, style


@style
def resumed_in_one_file(log: Log) -> None:
    log.prefix = lambda log: f"{log.at()} "
    log.say("Starting training from scratch")
    for i in range(10, 251, 10):
        for _ in range(10):
            log.trained(0.8)
        loss = log.loss(i, 500)
        log.say(f"step {i}/500 loss {loss:.4f}", step=i, total=500, loss=loss)
    log.wait(3600)
    log.times = []
    log.say("Resuming from checkpoint ckpt/step_200.pt", attempts=2)
    for i in range(210, 501, 10):
        for _ in range(10):
            log.trained(0.4)
        loss = log.loss(i, 500)
        log.say(
            f"step {i}/500 loss {loss:.4f}",
            step=i,
            total=500,
            loss=loss,
            state="finished" if i == 500 else "interrupted",
        )


@style
def crossing_midnight(log: Log) -> None:
    log.now_s += 13.5 * 3600
    log.prefix = lambda log: f"{log.at('%H:%M:%S')} | "
    for i in range(1, 241):
        log.trained(30)
        loss = log.loss(i, 300)
        log.say(f"iteration {i}/300 | loss {loss:.4f}", step=i, total=300, loss=loss)


@style
def no_clock(log: Log) -> None:
    for i in range(0, 1000, 10):
        loss = log.loss(i, 1000)
        log.say(f"it {i}: loss={loss}", step=i + 1, loss=loss)
    log.timed = False


@style
def appended_runs(log: Log) -> None:
    for run in range(3):
        log.times = []
        log.say(f"Run started at {log.at()}")
        for e in range(1, 6 if run < 2 else 9):
            log.trained(60)
            loss = log.loss(e, 10)
            log.say(
                f"{log.at()} Epoch {e}/8 loss={loss}",
                step=e,
                total=8,
                epochs=8,
                loss=loss,
                attempts=run + 1,
                state="finished" if e == 8 else "interrupted",
            )
        log.wait(7200)


@style
def total_at_head_only(log: Log) -> None:
    log.say("Training for 2000 steps with batch size 32")
    for i in range(50, 1501, 50):
        for _ in range(50):
            log.trained(0.1)
        loss = log.loss(i, 2000)
        log.say(f"[{log.at()}] [{i:>5}] train loss {loss:.4f} (lr 1.0e-03, 0.1s/step)", step=i, total=2000, loss=loss)


@style
def brackets_index_total(log: Log) -> None:
    for e in range(1, 4):
        log.say(f"------ Epoch {e} ------")
        for i in range(50, 501, 50):
            for _ in range(50):
                log.trained(0.08)
            loss = log.loss(e * 500 + i, 2000)
            log.say(f"[{i:5d}/  500] loss: {loss:.3f}", step=(e - 1) * 500 + i, loss=round(loss, 3))
    log.timed = False


@style
def pytorch_quickstart(log: Log) -> None:
    for e in range(1, 6):
        log.say(f"Epoch {e}\n-------------------------------")
        for b in range(0, 938, 100):
            loss = log.loss(e * 938 + b, 6000)
            log.say(f"loss: {loss:>7f}  [{(b + 1) * 64:>5d}/60000]", loss=loss)
        log.say(f"Test Error: \n Accuracy: {60 + e:>0.1f}%, Avg loss: {log.loss(e, 6):>8f} \n", evals=e)
    log.say("Done!", state=None)
    log.timed = False


@style
def pytorch_cifar_tutorial(log: Log) -> None:
    for e in range(1, 4):
        for i in range(2000, 12001, 2000):
            loss = log.loss(e * 12000 + i, 48000)
            log.say(f"[{e}, {i:5d}] loss: {loss:.3f}", loss=round(loss, 3), step=(e - 1) * 12000 + i)
    log.say("Finished Training", state="finished")
    log.timed = False


@style
def elapsed_in_front(log: Log) -> None:
    t0 = log.now_s
    for i in range(25, 1001, 25):
        for _ in range(25):
            log.trained(0.9)
        loss = log.loss(i, 1000)
        s = int(log.now_s - t0)
        log.say(
            f"[{s // 3600:02d}:{s // 60 % 60:02d}:{s % 60:02d}] it {i:04d}/1000 loss {loss:.4f}",
            step=i,
            total=1000,
            loss=loss,
            state="finished" if i == 1000 else "interrupted",
        )


@style
def elapsed_seconds_pair(log: Log) -> None:
    t0 = log.now_s
    for i in range(10, 501, 10):
        for _ in range(10):
            log.trained(1.3)
        loss = log.loss(i, 500)
        log.say(
            f"iter {i}/500, loss={loss}, elapsed={log.now_s - t0:.1f}s",
            step=i,
            total=500,
            loss=loss,
            state="finished" if i == 500 else "interrupted",
        )


@style
def eta_words(log: Log) -> None:
    log.prefix = lambda log: f"{log.at('%Y/%m/%d %H:%M:%S')} "
    for i in range(100, 4001, 100):
        for _ in range(100):
            log.trained(0.15)
        loss = log.loss(i, 4000)
        left = int((4000 - i) * 0.15)
        log.say(
            f"Iteration {i} of 4000 ({i / 40:.1f}%). Loss: {loss:.4f}. Remaining: {left // 60} min {left % 60} s.",
            step=i,
            total=4000,
            loss=loss,
            state="finished" if i == 4000 else "interrupted",
        )


@style
def trailing_counter(log: Log) -> None:
    log.prefix = lambda log: f"{log.at()} "
    for i in range(10, 601, 10):
        for _ in range(10):
            log.trained(0.7)
        loss = log.loss(i, 600)
        log.say(
            f"loss: {loss:.4f} lr: 1.00e-04 step: {i}/600",
            step=i,
            total=600,
            loss=loss,
            state="finished" if i == 600 else "interrupted",
        )


@style
def name_in_front(log: Log) -> None:
    log.prefix = lambda log: f"{log.at()} "
    for i in range(10, 301, 10):
        for _ in range(10):
            log.trained(2.0)
        loss = log.loss(i, 300)
        log.say(
            f"resnet50-cifar: Epoch {(i - 1) // 100 + 1}/3, iter {(i - 1) % 100 + 1}/100: loss = {loss:.4f}",
            step=i,
            total=300,
            epochs=3,
            loss=loss,
            state="finished" if i == 300 else "interrupted",
        )


@style
def emojis(log: Log) -> None:
    log.say("🚀 Starting training for 6 epochs")
    for e in range(1, 7):
        t = log.trained(90)
        loss = log.loss(e, 6)
        log.say(
            f"📈 Epoch {e}/6 | 📉 loss: {loss:.4f} | ⏱️ {t:.1f}s",
            step=e,
            total=6,
            epochs=6,
            loss=loss,
            state="finished" if e == 6 else "interrupted",
        )
        log.say(f"✅ Val acc: {70 + e:.2f}%", evals=e)
        log.say("💾 Saved best model")
    log.say("🎉 Training complete!", state="finished")
