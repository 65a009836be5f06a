"""What programs in public repositories and issues print, by their format strings, part 1: detection and 3D."""

# ruff: noqa: E501 (one print statement, one line)
from __future__ import annotations

import json
from datetime import timedelta

from tests.simulated.writing import Log, style


def steps(log: Log, number: int, seconds: float) -> None:
    for _ in range(number):
        log.trained(seconds)


def clock(seconds: float) -> str:
    return str(timedelta(seconds=int(seconds)))


@style
def openpcdet(log: Log) -> None:
    log.prefix = lambda log: f"{log.at()},{log.ms:03d}   INFO  "
    log.say("**********************Start training kitti_models/pv_rcnn(default)**********************")
    done = 0
    for e in range(4):
        for i in (0, 50, 100, 150, 200, 250, 270):
            steps(log, {0: 1, 270: 20}.get(i, 50), 0.5)
            done += {0: 1, 270: 20}.get(i, 50)
            loss = log.loss(done, 1084)
            log.say(
                f"epoch: {e}/4, acc_iter={done}, cur_iter={i}/271, batch_size=4, loss={loss}, lr=0.0003460001345097579",
                step=done,
                total=1084,
                epochs=4,
                loss=loss,
                state="finished" if done == 1084 else "interrupted",
            )
    log.say("**********************End training kitti_models/pv_rcnn(default)**********************")


@style
def openpcdet_in_timm_style(log: Log) -> None:
    log.prefix = lambda log: f"{log.at()},{log.ms:03d}   INFO  "
    done = 0
    for e in range(1, 4):
        for i in (49, 99, 149, 199, 249, 299, 322):
            number = 23 if i == 322 else 50
            steps(log, number, 0.31)
            done += number
            loss = log.loss(done, 969)
            log.say(
                f"Train:    {e}/3 ({e * 100 // 3:3d}%) [{i:4d}/323 ({i * 100 // 322:3d}%)]  Loss: {loss:#.4g} ({loss + 0.2:#.3g})  LR: 1.351e-04  Time cost: 00:15/01:25 [00:15/04:48]  Acc_iter {done:<10d}  Data time: 0.00(0.02)  Forward time: 0.31(0.29)  Batch time: 0.31(0.31)",
                step=done,
                total=969,
                epochs=3,
                loss=float(f"{loss:#.4g}"),
                state="finished" if done == 969 else "interrupted",
            )


@style
def fastreid(log: Log) -> None:
    for e in range(4):
        for i in (199, 259):
            steps(log, 200 if i == 199 else 60, 0.385)
            done = e * 260 + i
            loss = float(f"{log.loss(done, 1100) * 9:.4g}")
            log.say(
                f"\x1b[32m[{log.at('%m/%d %H:%M:%S')} fastreid.utils.events]: \x1b[0m eta: 0:53:30  epoch/iter: {e}/{done}  total_loss: {loss:.4g}  loss_cls: 2.461  time: 0.3850  data_time: 0.0009  lr: 3.49e-04  max_mem: 9468M",
                step=done + 1,
                loss=loss,
            )


@style
def reid_baseline(log: Log) -> None:
    log.prefix = lambda log: f"{log.at()},{log.ms:03d} transreid.train INFO: "
    for e in range(1, 5):
        for i in range(50, 201, 50):
            steps(log, 50, 0.3)
            loss = round(log.loss(e * 200 + i, 1000), 3)
            log.say(
                f"Epoch[{e}] Iteration[{i}/200] Loss: {loss:.3f}, Acc: 0.512, Base Lr: 3.50e-04",
                step=(e - 1) * 200 + i,
                loss=loss,
            )
        log.say(f"Epoch {e} done. Time per batch: 0.300[s] Speed: 213.1[samples/s]")
        log.wait(30)
        log.say(f"Validation Results - Epoch: {e}", evals=e)
        log.say("mAP: 85.1%")
        log.say("CMR curve, Rank-1  :94.1%")


@style
def slowfast(log: Log) -> None:
    log.prefix = lambda log: f"[{log.at('%m/%d %H:%M:%S')}][INFO] logging.py:  99: json_stats: "
    for e in range(1, 4):
        for i in range(10, 101, 10):
            steps(log, 10, 1.5)
            loss = round(log.loss(e * 100 + i, 500), 5)
            record = {
                "_type": "train_iter",
                "dt": 1.5,
                "epoch": f"{e}/196",
                "eta": "2 days, 7:20:18",
                "gpu_mem": "9.56G",
            }
            log.say(
                json.dumps(record | {"iter": f"{i}/100", "loss": loss, "lr": 0.1, "top1_err": 90.0}),
                step=(e - 1) * 100 + i,
                total=19600,
                epochs=196,
                loss=loss,
            )
        log.wait(30)
        log.say(json.dumps({"_type": "val_epoch", "epoch": f"{e}/196", "time_diff": 0.2, "top1_err": 80.0}), evals=e)


@style
def older_basicsr(log: Log) -> None:
    log.prefix = lambda log: f"{log.at('%y-%m-%d %H:%M:%S')}.{log.ms:03d} - INFO: "
    for i in range(100, 3001, 100):
        steps(log, 100, 1.92)
        log.say(
            f"<epoch:{i // 90:3d}, iter:{i:8,d}, lr:1.000e-04> l_g_pix: {log.loss(i, 3000):.4e} l_g_fea: 1.7363e+00 D_real: -8.3919e+00 ",
            step=i,
        )
    log.say("Saving models and training states.")


@style
def semi_supervised_segmentation(log: Log) -> None:
    log.prefix = lambda log: f"[{log.at()},{log.ms:03d}][       train.py][line: 833][    INFO] "
    done = 0
    for e in range(3):
        for _ in range(20):
            steps(log, 10, 4.6)
            done += 10
            log.say(
                f"[none] iter [{done}/49000] LR 0.00228 Sup {log.loss(done, 600):.4f} Unsup 0.2641 mIoU 80.70",
                step=done,
            )
        log.wait(120)
        log.say(f" * Epoch [{e}], Val_Student mIoU = 41.22", evals=e + 1)
        log.say(" * Currently, the best val result is: 42.17")


@style
def gaussian_splatting(log: Log) -> None:
    began_s = log.now_s
    evals = 0
    for i in range(0, 30001, 100):
        steps(log, 100 if i else 0, 0.02)
        loss = float(f"{log.loss(i, 30000) / 10:.7f}")
        since_s, done = log.now_s - began_s, i // 1000
        bar = "#" * done + " " * (30 - done)
        log.say(
            f"\rTraining progress: {i // 300:3d}%|{bar}| {i}/30000 [{clock(since_s)}<0:08:34, 50.00it/s, Loss={loss:.7f}]",
            end="",
            step=i,
            total=30000,
            loss=loss,
            state="finished" if i == 30000 else "interrupted",
        )
        if i in (7000, 30000):
            evals += 1
            log.wait(5)
            log.say(
                f"\n[ITER {i}] Evaluating test: L1 0.0066 PSNR 34.8438801 [{log.at('%d/%m %H:%M:%S')}]\n", evals=evals
            )
            log.say(f"[ITER {i}] Evaluating train: L1 0.0069 PSNR 34.7 [{log.at('%d/%m %H:%M:%S')}]\n")
            log.say(f"[ITER {i}] Saving Gaussians [{log.at('%d/%m %H:%M:%S')}]")
    log.say(f"\nTraining complete. [{log.at('%d/%m %H:%M:%S')}]")


@style
def nerfstudio(log: Log) -> None:
    log.timed = False
    log.say("Step (% Done)       Train Iter (time)    ETA (time)           Train Rays / Sec     ")
    log.say("-" * 83)
    for i in range(10, 3001, 10):
        share = f"{i} ({i / 30:.2f}%)"
        log.say(
            f"{share:<20}{'16.700 ms':<21}{'39 s, 300.687 ms':<21}14.86 M",
            step=i,
            total=3000 if i > 100 else None,
            state="finished" if i == 3000 else "interrupted",
        )


@style
def monodepth(log: Log) -> None:
    began_s = log.now_s
    for i in range(0, 5001, 250):
        steps(log, 250 if i else 1, 0.8)
        since_s = int(log.now_s - began_s)
        taken = f"{since_s // 3600:02d}h{since_s // 60 % 60:02d}m{since_s % 60:02d}s"
        loss = round(log.loss(i, 6000), 5)
        log.say(
            f"epoch   0 | batch {i:>6} | examples/s:  15.4 | loss: {loss:.5f} | time elapsed: {taken} | time left: 02h46m40s",
            step=i + 1,
            loss=loss,
        )


@style
def raft(log: Log) -> None:
    log.timed = False
    for i in range(100, 5001, 100):
        log.say(f"[{i + 1:6d}, {0.000025:10.7f}] {3.2:10.4f}, {0.5:10.4f}, {0.6:10.4f}, {0.7:10.4f}, ", step=i + 1)
        if i % 2500 == 0:
            log.say("Validation Chairs EPE: 1.234567", evals=i // 2500)


@style
def mimo_unet(log: Log) -> None:
    log.timed = False
    for e in range(1, 4):
        for i in range(100, 501, 100):
            log.say(
                f"Time:  0.2490 Epoch: {e:03d} Iter: {i:4d}/ 526 LR: 0.0002000000 Loss content: {log.loss(e, 4):7.4f} Loss fft: 0.3123",
                step=(e - 1) * 526 + i,
            )
