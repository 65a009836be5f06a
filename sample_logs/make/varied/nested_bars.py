"""Bars within bars, and one behind the other."""

from __future__ import annotations

from play import bar, run


@run(total=[60], epochs=[3], state="finished")
def nested3(p):
    n = 0
    for e in bar(range(3), desc="Epochs", position=0):
        for b in bar(range(20), desc="Batches", position=1, leave=False):
            for m in bar(range(4), desc="Micro", position=2, leave=False):
                p.spend(0.25)
            n += 1
            p.train(n, 0.2)


@run(total=[150], epochs=[3], state="finished")
def outer_named_inner_not(p):
    n = 0
    for e in bar(range(3), desc="Epochs"):
        for b in bar(range(50)):
            n += 1
            p.train(n)
        for b in p.evaluation(bar(range(10))):
            pass


@run(total=[200], epochs=[4], state="finished")
def print_headers_unnamed_bars(p):
    n = 0
    for e in range(1, 5):
        print(f"Epoch {e}/4")
        for b in bar(range(50)):
            n += 1
            p.train(n)
        for b in p.evaluation(bar(range(12))):
            pass
        loss = p.loss(p.falling(n))
        print(f"train loss: {loss:.4f} | val loss: {loss + 0.2:.4f} | val acc: {0.5 + e / 20:.3f}")


@run(total=[80], epochs=[8], state="finished", evaluations=8)
def train_val_same_length(p):
    n = 0
    for e in range(1, 9):
        for _ in bar(range(10), desc=f"[Epoch {e}/8] Train"):
            n += 1
            p.train(n)
        for _ in p.evaluation(bar(range(10), desc=f"[Epoch {e}/8] Valid")):
            pass
        print(f"Epoch {e}: loss={p.loss(p.falling(n)):.4f}, val_loss=0.7")


@run(total=[300], epochs=[None, 3], state="finished")
def both_bars(p):
    """A bar of the whole run, and one an epoch inside."""
    n = 0
    g = bar(total=300, desc="Total steps", position=0)
    for e in range(3):
        for b in bar(range(100), desc=f"Epoch {e + 1}", position=1, leave=False):
            n += 1
            p.train(n)
            g.update(1)
            g.set_postfix(loss=p.loss(p.falling(n)))
    g.close()


@run(total=[240], epochs=[None, 4], state="finished", lag=1)
def one_bar_reset(p):
    """One bar, reset at each epoch."""
    n = 0
    t = bar(total=60, desc="epoch")
    for e in range(4):
        t.reset()
        t.set_description(f"epoch {e + 1}/4")
        for i in range(60):
            n += 1
            p.train(n)
            t.update(1)
            t.set_postfix(loss=f"{p.loss(p.falling(n)):.3f}")
        p.note("epoch")
        p.spend(2)
    t.close()


@run(total=[90], epochs=[3], state="finished", evaluations=3, buffered=True, cut_total=None)
def tee_buffered(p):
    """Prints of several KB arrive in blocks in between the bars."""
    n = 0
    for e in range(3):
        for _ in bar(range(30), desc=f"train {e}"):
            n += 1
            p.train(n)
            print("debug: " + "x" * 300)
        for _ in p.evaluation(bar(range(5), desc=f"val {e}")):
            pass
        print(f"[{e + 1}/3] loss={p.loss(p.falling(n)):.4f} val_loss={0.5:.4f}")


@run(total=[300], epochs=[3], state="finished", evaluations=0)
def epoch_bar_and_header(p):
    print("Epoch 1/3")
    print("-" * 10)
    n = 0
    for e in range(1, 4):
        if e > 1:
            print(f"Epoch {e}/3")
            print("-" * 10)
        for b in bar(range(100)):
            n += 1
            p.train(n)
        print(f"train Loss: {p.loss(p.falling(n)):.4f} Acc: 0.7412\n")


@run(total=[200], epochs=[2], state="finished", evaluations=4)
def data_bars_first(p):
    for name, total in (
        ("Downloading data", 3),
        ("Generating train split", 5000),
        ("Map (num_proc=4)", 5000),
        ("Filter", 5000),
    ):
        t = bar(total=total, desc=name, unit=" examples" if total > 3 else "files")
        for _ in range(5):
            p.spend(2)
            t.update(total // 5 if total > 3 else 1)
        t.close()
    for k in bar(range(3), desc="Loading checkpoint shards"):
        p.spend(4)
    n = 0
    for e in range(1, 3):
        for _ in bar(range(100), desc=f"Train Epoch {e}/2"):
            n += 1
            p.train(n)
        for name in ("sst2", "mrpc"):
            for _ in p.evaluation(bar(range(10), desc=f"Eval on {name}")):
                pass
    print("uploading")
    t = bar(total=268_000_000, unit="B", unit_scale=True, desc="model.safetensors")
    for _ in range(10):
        p.spend(1)
        t.update(26_800_000)
    t.close()


@run(total=[130, 40], step=[130, 40], train_stages=2, epochs=[2, 5, None], state="finished", cut=None, evaluations=None)
def two_phases(p):
    n = 0
    print("=== Stage 1: pretraining ===")
    for e in range(1, 4):
        t = bar(range(30), desc=f"Pretrain epoch {e}/3")
        for _ in t:
            n += 1
            p.train(n)
            t.set_postfix(loss=p.loss(p.falling(n)))
    print("=== Stage 2: fine-tuning ===")
    for e in range(1, 3):
        t = bar(range(20), desc=f"Finetune epoch {e}/2")
        for _ in t:
            n += 1
            p.train(n)
            t.set_postfix(loss=p.loss(p.falling(n)))
    print("All done.")


@run(total=[300], epochs=[3], state="finished", cut_total=None)
def test_afterwards(p):
    n = 0
    for e in range(1, 4):
        t = bar(range(100), desc=f"Epoch {e}/3 [train]", leave=False)
        for _ in t:
            n += 1
            p.train(n)
            t.set_postfix(loss=f"{p.loss(p.falling(n)):.3f}")
        for b in p.evaluation(bar(range(20), desc=f"Epoch {e}/3 [val]", leave=False)):
            pass
        print(f"Epoch {e}/3 | train 0.512 | val 0.611")
    for b in p.evaluation(bar(range(40), desc="Testing")):
        pass
    print("test accuracy 0.811")


@run(total=[119, 120, None], epochs=[3], state="finished", cut_total=None)
def uneven_epochs(p):
    n = 0
    for e, size in enumerate((40, 37, 42), 1):
        t = bar(range(size), desc=f"Epoch {e}/3")
        for _ in t:
            n += 1
            p.train(n)
            t.set_postfix(loss=p.loss(p.falling(n)))


@run(total=[400], epochs=[4], state="finished", evaluations=4)
def gan(p):
    n = 0
    for e in range(4):
        t = bar(range(100), desc=f"[{e + 1}/4]")
        for i in t:
            n += 1
            p.train(n)
            t.set_description(f"[{e + 1}/4] D: {p.falling(n):.3f} G: {p.falling(n):.3f}")
        p.note("eval")
        p.spend(5)
        for _ in bar(range(10), desc="FID"):
            p.spend(0.5)


@run(total=[300], epochs=[3], state="finished", evaluations=3, attempts=1)
def dict_postfix(p):
    n = 0
    for e in range(1, 4):
        t = bar(range(100), desc=f"train | epoch {e}/3")
        for i in t:
            n += 1
            p.train(n)
            t.set_postfix({"loss": f"{p.loss(p.falling(n)):.2e}", "lr": "1.0e-04", "gpu": "10.2G"})
        t = bar(range(20), desc=f"valid | epoch {e}/3")
        for i in p.evaluation(t):
            t.set_postfix({"loss": "4.00e-01"})


@run(total=[150], epochs=[3, None], state="finished", evaluations=3)
def logits_then_train(p):
    """Features first (a stage of its own), then training on them."""
    for _ in bar(range(200), desc="Extracting features"):
        p.spend(0.3)
    n = 0
    for e in bar(range(3), desc="Training"):
        for _ in bar(range(50), leave=False):
            n += 1
            p.train(n)
        for _ in p.evaluation(bar(range(10), leave=False)):
            pass
        print(f"epoch={e} train_loss={p.loss(p.falling(n)):.4f} val_loss=0.42")


@run(total=[240], epochs=[6, None], state="finished", attempts=2, evaluations=None)
def resumed_epoch_bar(p, attempt):
    first, n = (0, 0) if attempt == 1 else (3, 120)
    if attempt == 2:
        print("Loaded checkpoint from epoch 3")
    for e in bar(range(first, 6), initial=first, total=6, desc="Epochs"):
        for _ in bar(range(40), desc="Steps", leave=False):
            n += 1
            p.train(n)
            if attempt == 1 and n == 137:
                p.kill(n)
