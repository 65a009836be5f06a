"""Bars of formats of one's own, and lines beside them."""

from __future__ import annotations

import logging
import sys
import warnings

from play import bar, run


@run(total=[20], epochs=[20, None], state="finished", evaluations_or=[19, 20])
def epochs_with_write(p):
    from tqdm import tqdm, trange

    for e in trange(1, 21, desc="Training"):
        p.train(e, 30)
        loss = p.loss(p.falling(e * 10))
        tqdm.write(f"Epoch {e:03d}: train_loss={loss:.4f} val_loss={loss + 0.1:.4f} val_acc={1 - loss / 4:.3f}")


@run(total=[240], epochs=[4], state="finished", buffered=True, cut_total=None)
def stdout_comes_late(p):
    """Redirected without -u: prints stay in the buffer until the end, bars do not."""
    n = 0
    for e in range(1, 5):
        print(f"Epoch {e}/4")
        for b in bar(range(60), desc="train"):
            n += 1
            p.train(n)
        for b in p.evaluation(bar(range(12), desc="valid")):
            pass
        loss = p.loss(p.falling(n))
        print(f"Epoch {e}/4 - train_loss: {loss:.4f} - val_loss: {loss + 0.1:.4f}")
    print("Training complete")


@run(total=[300], epochs=[None, 3], state="finished", lag=10)
def logging_beside(p):
    from tqdm.contrib.logging import logging_redirect_tqdm

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    log = logging.getLogger("trainer")
    log.info("Starting training: 300 steps")
    with logging_redirect_tqdm():
        for n in bar(range(1, 301)):
            p.train(n)
            if n % 25 == 0:
                log.info("step=%d loss=%.4f lr=%.2e", n, p.loss(p.falling(n)), 1e-4)
            if n % 100 == 0:
                log.info("Evaluating...")
                p.note("eval")
                p.spend(20)
                log.info("val_loss=%.4f", 0.5)
    log.info("Done")


@run(total=[300], epochs=[3], state="finished", lag=2)
def batch_print_beside_bar(p):
    n = 0
    for e in range(3):
        for i, _ in enumerate(bar(range(100), desc=f"Epoch {e + 1}/3", leave=True)):
            n += 1
            p.train(n)
            if i % 20 == 19:
                print(f"\n[{e + 1}, {i + 1:5d}] loss: {p.loss(p.falling(n)):.3f}")


@run(total=[None, 100], step=[100], epochs=[4, None], state="finished", cut_total=None)
def loss_in_name(p):
    n = 0
    for e in range(4):
        t = bar(range(25))
        for _ in t:
            n += 1
            p.train(n)
            t.set_description(f"epoch {e} loss {p.loss(p.falling(n)):.4f}")


@run(total=[300], epochs=[None], state="finished")
def own_bar_format(p):
    t = bar(
        range(300),
        desc="Train",
        bar_format="{desc} {n_fmt}/{total_fmt} ({percentage:.0f}%) [{elapsed}<{remaining}, {rate_fmt}{postfix}]",
    )
    for n in t:
        p.train(n + 1)
        t.set_postfix(loss=p.loss(p.falling(n)))


@run(total=[300], epochs=[None], state="finished")
def no_bar_format(p):
    t = bar(range(300), desc="Train", bar_format="{l_bar}{r_bar}")
    for n in t:
        p.train(n + 1)
        t.set_postfix_str(f"loss: {p.loss(p.falling(n)):.4f} lr: {1e-4:.1e}")


@run(total=[300], epochs=[3], state="finished", last_loss=None)
def narrow(p):
    n = 0
    for e in range(1, 4):
        t = bar(range(100), desc=f"Epoch {e}/3", ncols=60)
        for _ in t:
            n += 1
            p.train(n)
            t.set_postfix(loss=p.loss(p.falling(n)))


@run(total=[600], epochs=[None], state="finished")
def evals_and_saves(p):
    t = bar(total=600, desc="Training")
    for n in range(1, 601):
        p.train(n)
        t.update(1)
        if n % 100 == 0:
            for b in p.evaluation(bar(range(20), desc="Evaluating", leave=False)):
                pass
            loss = p.loss(p.falling(n))
            t.write(f"step {n}: train loss {loss:.4f}, val loss {loss + 0.1:.4f}")
            p.pause("save", n, 5)
            t.write(f"Saved checkpoint to checkpoints/step_{n}.pt")
    t.close()


@run(total=[200], epochs=[None], state="finished")
def download_first(p):
    t = bar(total=438_000_000, unit="B", unit_scale=True, unit_divisor=1024, desc="pytorch_model.bin")
    for _ in range(44):
        p.spend(0.4)
        t.update(10_000_000)
    t.close()
    for n in bar(range(1, 201)):
        p.train(n)


@run(total=[400], epochs=[None], state="finished", lag=40)
def ascii_rare(p):
    t = bar(range(1, 401), desc="train", ascii=True, ncols=80, mininterval=30)
    for n in t:
        p.train(n)


@run(total=[300], epochs=[None], state="finished", lag=1)
def warnings_glued(p):
    t = bar(range(1, 301), desc="Training")
    for n in t:
        p.train(n)
        if n % 60 == 5:
            warnings.warn(f"lr_scheduler.step() before optimizer.step() [{n}/1000]", stacklevel=2)
        if n == 100:
            print(
                "wandb: WARNING Tried to log to step 99 that is less than the current step 100. "
                "Steps must be monotonically increasing"
            )
        if n % 50 == 0:
            print({"train/loss": p.loss(p.falling(n)), "lr": 0.0001})
