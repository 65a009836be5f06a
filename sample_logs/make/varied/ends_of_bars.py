"""Runs that were resumed, killed, or failed."""

from __future__ import annotations

from play import bar, run


@run(total=[300], epochs=[None], state="finished", attempts=3)
def resumed_initial(p, attempt):
    first, last = {1: (0, 130), 2: (100, 210), 3: (200, 300)}[attempt]
    if attempt > 1:
        print(f"Resuming from checkpoint ckpt_{first}.pt")
    t = bar(range(first, 300), initial=first, total=300, desc="Training")
    for n in t:
        p.train(n + 1)
        t.set_postfix(loss=p.loss(p.falling(n)))
        if n + 1 == last and attempt < 3:
            t.update(1)
            p.kill(n)


@run(total=[300], epochs=[None], state="finished", attempts=3, cut=None)
def resumed_remaining(p, attempt):
    first, last = {1: (0, 130), 2: (100, 210), 3: (200, 300)}[attempt]
    if attempt > 1:
        print(f"Resuming from step {first}")
    t = bar(range(first, 300), desc="Training")
    for n in t:
        p.train(n + 1)
        t.set_postfix(loss=p.loss(p.falling(n)))
        if n + 1 == last and attempt < 3:
            t.update(1)
            p.kill(n)


@run(total=[400], epochs=[4], state="finished", attempts=2)
def resumed_epochs(p, attempt):
    n = 0 if attempt == 1 else 200
    if attempt == 2:
        print("=> loaded checkpoint 'checkpoint.pth.tar' (epoch 2)")
    for e in range(1 if attempt == 1 else 3, 5):
        for _ in bar(range(100), desc=f"Epoch {e}/4"):
            n += 1
            p.train(n)
            if attempt == 1 and n == 257:
                p.kill(n)
        print(f"epoch {e} done")


@run(total=[500], epochs=[None], state="interrupted", problems=["keyboard_interrupt"], step=[233, 234])
def keyboard(p):
    t = bar(range(500), desc="Training")
    for n in t:
        p.train(n + 1)
        t.set_postfix(loss=p.loss(p.falling(n)))
        if n == 233:
            raise KeyboardInterrupt


@run(total=[500], epochs=[None], state="failed", problems=["oom"], step=[0], step_time_s=None)
def oom_at_once(p):
    t = bar(range(500), desc="Training")
    for n in t:
        p.spend(3)
        raise RuntimeError(
            "CUDA out of memory. Tried to allocate 2.00 GiB (GPU 0; 23.69 GiB total capacity; "
            "21.91 GiB already allocated; 1.24 GiB free; 22.11 GiB reserved in total by PyTorch)"
        )


@run(total=[200], epochs=[None], state="finished", problems=["nan"], last_loss=None)
def nan_postfix(p):
    t = bar(range(200), desc="Training")
    for n in t:
        p.train(n + 1)
        t.set_postfix(loss=float("nan") if n > 120 else p.falling(n), lr=1e-4)


@run(total=[500], epochs=[None], state="interrupted|failed", problems=["killed"], step=[233, 234])
def killed_by_shell(p):
    t = bar(range(500), desc="Training")
    for n in t:
        p.train(n + 1)
        t.set_postfix(loss=p.loss(p.falling(n)))
        if n == 233:
            print("\nrun.sh: line 12: 31415 Killed                  python train.py --config base.yaml")
            return


@run(total=[300], epochs=[None], state="interrupted", problems=["time_limit"], step=[170, 171])
def slurm_limit(p):
    t = bar(range(300), desc="Training")
    for n in t:
        p.train(n + 1)
        if n == 170:
            print("\nslurmstepd: error: *** JOB 48213 ON gpu07 CANCELLED AT 2026-03-09T04:11:20 DUE TO TIME LIMIT ***")
            return


@run(total=[None, 50], cut=None, step=[7], epochs=[50, None], state="finished", step_time_s=None)
def early_stopped(p):
    t = bar(range(50), desc="epochs")
    for e in t:
        p.train(e + 1, 20)
        t.set_postfix(train_loss=p.loss(p.falling(e)), val_loss=0.9)
        if e == 6:
            t.update(1)
            t.write("Early stopping triggered at epoch 7")
            break
    t.close()


@run(total=[300], epochs=[None], state="finished")
def caught_error(p):
    import traceback

    t = bar(total=300, desc="Training")
    for n in range(1, 301):
        p.train(n)
        t.update(1)
        if n == 100:
            try:
                raise ConnectionError("HTTPSConnectionPool: Max retries exceeded")
            except ConnectionError:
                traceback.print_exc()
                print("upload failed, will retry later")
    t.close()
    print("Training finished.")


@run(total=[300], epochs=[None], state="failed", problems=["disk_full"], step=[200])
def disk_full(p):
    t = bar(total=300, desc="Training")
    for n in range(1, 301):
        p.train(n)
        t.update(1)
        if n == 200:
            raise OSError(28, "No space left on device", "out/checkpoint-200/optimizer.pt")


@run(total=[240], epochs=[None], state="finished", attempts=1)
def two_ranks_prefixed(p):
    a = bar(total=240, desc="Training", position=0)
    b = bar(total=240, desc="Training", position=0)
    for n in range(1, 241):
        p.train(n)
        a.update(1)
        p.spend(0.05)
        b.update(1)
    a.close()
    b.close()
