"""What programs in public repositories and issues print, by their format strings, part 2: speech, text, graphs, series."""

# ruff: noqa: E501 (one print statement, one line)
from __future__ import annotations

from datetime import timedelta

from tests.simulated.public_1 import clock, steps
from tests.simulated.writing import Log, style


@style
def rotate_embeddings(log: Log) -> None:
    log.prefix = lambda log: f"{log.at()},{log.ms:03d} INFO     "
    log.say("max_steps = 1000", total=1000)
    for i in range(100, 1001, 100):
        steps(log, 100, 0.05)
        log.say(f"Training average positive_sample_loss at step {i}: 3.182809", step=i)
        loss = round(log.loss(i, 1000), 6)
        log.say(
            f"Training average loss at step {i}: {loss:.6f}",
            loss=loss,
            state="finished" if i == 1000 else "interrupted",
        )
        if i == 500:
            log.say("Evaluating the model... (0/196)")
            log.wait(10)
            log.say(f"Valid MRR at step {i}: 0.4", evals=1)


@style
def tensorflow_nmt(log: Log) -> None:
    log.say("# Start step 0, lr 1, Thu May 16 16:53:44 2019\n# Init train iterator, skipping 0 elements")
    for i in range(100, 2001, 100):
        steps(log, 100, 1.47)
        taken = sum(log.times[-100:]) / 100
        log.say(f"  global step {i} lr 1e-05 step-time {taken:.2f}s wps 0.01K ppl 9.12 bleu 0.00", step=i)
        if i % 1000 == 0:
            log.say(f"# Save eval, global step {i}")
            log.say("  eval dev: perplexity 12.3, time 3s, Thu May 16 16:53:44 2019.", evals=i // 1000)


@style
def xlm(log: Log) -> None:
    began_s = log.now_s
    log.prefix = lambda log: f"INFO - {log.at('%m/%d/%y %H:%M:%S')} - {clock(log.now_s - began_s)} - "
    for e in range(3):
        log.say(f"============ Starting epoch {e} ... ============")
        for i in range(5, 101, 5):
            steps(log, 5, 1.1)
            log.say(
                f"{e * 100 + i:7d} -   31.61 sent/s -   987.66 words/s - MT-en-de: {log.loss(e, 3):7.4f} || MLM-en:  7.1 -  - model_optimizer lr: 1.0e-04",
                step=e * 100 + i,
            )
        log.say(f"============ End of epoch {e} ============")
        log.wait(20)
        log.say(f"epoch -> {e}.000000")
        log.say("valid_en_mlm_ppl -> 9790.193192", evals=e + 1)


@style
def informer(log: Log) -> None:
    for e in range(1, 5):
        for i in (100, 200):
            steps(log, 100, 0.043)
            loss = round(log.loss(e * 264 + i, 2000), 7)
            log.say(f"\titers: {i}, epoch: {e} | loss: {loss:.7f}", step=(e - 1) * 264 + i, loss=loss)
            log.say(f"\tspeed: {sum(log.times[-100:]) / 100:.4f}s/iter; left time: 123.4000s")
        steps(log, 64, 0.043)
        log.say(f"Epoch: {e} cost time: 11.352")
        log.say(
            f"Epoch: {e}, Steps: 264 | Train Loss: {loss:.7f} Vali Loss: 0.7010322 Test Loss: 0.4511",
            step=e * 264,
            evals=e,
        )
        log.say(
            "Validation loss decreased (inf --> 0.701032).  Saving model ..."
            if e == 1
            else f"EarlyStopping counter: {e - 1} out of 3"
        )
        log.say("Updating learning rate to 5e-05")
    log.say("Early stopping", state="finished")


@style
def insightface(log: Log) -> None:
    log.prefix = lambda log: f"Training: {log.at()},{log.ms:03d}-"
    log.say(": num_epoch                         3", epochs=3)
    log.say(": total_step                        3000", total=3000)
    for i in range(10, 3001, 10):
        steps(log, 10, 0.36)
        loss = round(log.loss(i, 3000) * 20, 4)
        log.say(
            f"Speed 727.03 samples/sec   Loss {loss:.4f}   LearningRate 0.1000   Epoch: {(i - 1) // 1000}   Global Step: {i}   Fp16 Grad Scale: 131072   Required: 453 hours",
            step=i,
            loss=loss,
            state="finished" if i == 3000 else "interrupted",
        )
        if i % 1000 == 0:
            log.wait(30)
            log.say(f"[lfw][{i}]XNorm: 22.123456", evals=i // 1000)
            log.say(f"[lfw][{i}]Accuracy-Flip: 0.99000+-0.00300")


@style
def icefall(log: Log) -> None:
    log.prefix = lambda log: f"{log.at()},{log.ms:03d} INFO [train.py:756] "
    for e in range(1, 4):
        for i in range(0, 501, 50):
            steps(log, 50 if i else 1, 0.6)
            loss = log.loss(e * 500 + i, 2500)
            for rank in (0, 1):
                log.say(
                    f"({rank}/2) Epoch {e}, batch {i}, loss[loss={loss + rank:.4f}, simple_loss=1.104, over 2432.00 frames.], tot_loss[loss={loss + 0.1:.4f}, simple_loss=1.104, over 24320.00 frames.], batch size: 32, lr: 3.00e-03",
                    step=(e - 1) * 501 + i + 1,
                    loss=loss,
                )
        log.wait(30)
        log.say(f"(0/2) Epoch {e}, validation: loss=0.3, simple_loss=0.5, over 73564.00 frames. ", evals=e)


@style
def graphgym(log: Log) -> None:
    log.timed = False
    for e in range(15):
        loss = round(log.loss(e, 15), 8)
        log.say(
            f"train: {{'epoch': {e}, 'time_epoch': 31.96598, 'eta': 9557.82725, 'eta_hours': 2.65495, 'loss': {loss}, 'lr': 0.0, 'params': 521141, 'time_iter': 0.04701, 'accuracy': 0.55941}}",
            step=e + 1,
            loss=loss,
        )
        log.say(
            f"val: {{'epoch': {e}, 'time_epoch': 2.85257, 'loss': 0.68645666, 'lr': 0, 'params': 521141, 'accuracy': 0.51952}}",
            evals=e + 1,
        )
        log.say(
            f"test: {{'epoch': {e}, 'time_epoch': 2.79488, 'loss': 0.68643462, 'lr': 0, 'params': 521141, 'accuracy': 0.52094}}"
        )


@style
def clock_in_front(log: Log) -> None:
    began_s = log.now_s
    for i in range(50, 2001, 50):
        steps(log, 50, 0.83)
        log.say(
            f"Elapsed [{timedelta(seconds=log.now_s - began_s)}] batch: {i}  d_loss: 0.261001  g_loss: {log.loss(i, 2000):.6f}",
            step=i,
        )


@style
def stamp_inside(log: Log) -> None:
    for e in range(1, 11):
        log.trained(147)
        loss = log.loss(e, 12)
        log.say(
            f"[epoch:{e}/12] [loss:{loss}] [lr:0.009304] [Time:[{log.at()}]] [total time:0:02:27]",
            step=e,
            total=12,
            epochs=12,
            loss=loss,
        )


@style
def recognition_in_sets(log: Log) -> None:
    log.prefix = lambda log: f"{log.at()},{log.ms:03d} - "
    for e in range(1, 9):
        log.trained(15720)
        loss = round(log.loss(e, 9), 4)
        log.say(f"(Epoch {e}) TRAIN LOSS:{loss:.4f} CER:6.53% LR:0.0000167", step=e, loss=loss)
        log.wait(45)
        log.say("VALID SET 0 LOSS:0.1780 CER:5.78%", evals=e)


@style
def testing_told_in_words(log: Log) -> None:
    log.prefix = lambda log: f"{log.at()},{log.ms:03d} - INFO: "
    for e in range(1, 13):
        taken = log.trained(667)
        loss = round(log.loss(e, 12) / 100, 6)
        log.say(f"===> Epoch {e} Complete: Avg. Loss: {loss:.6f} time: {taken:.2f}", step=e, loss=loss)
        log.say(f"===> Epoch {e}: testing psnr = 34.21, ssim = 0.934, time: 0.02", evals=e)


@style
def counters_beside_each_other(log: Log) -> None:
    log.timed = False
    for e in range(2):
        for i in range(0, 500, 10):
            loss = log.loss(e * 500 + i, 1000)
            log.say(
                f"Step: {e * 500 + i}. Epoch: {e}/2. Iteration: {i + 1}/500. Cls loss: 0.51234. Reg loss: 0.41234. Total loss: {loss:.5f}",
                step=e * 500 + i + 1,
                total=1000,
                epochs=2,
            )


@style
def yolact(log: Log) -> None:
    log.timed = False
    for i in range(10, 1500, 10):
        log.say(
            f"[{i // 500:3d}] {i:7d} || B: 6.981 | C: 6.276 | M: 5.049 | S: 1.818 | T: {log.loss(i, 1500) * 8:.3f} || ETA: 2 days, 22:15:24 || timer: 0.290",
            step=i + 1,
        )
        if i % 500 == 490:
            log.say("\nComputing validation mAP (this may take a while)...\n", evals=i // 500 + 1)
            log.say("       |  all  |  .50  |\n   box | 20.1 | 30.2 |\n  mask | 20.1 | 30.2 |")


@style
def unity_agents(log: Log) -> None:
    for i in range(1, 51):
        steps(log, 1000, 0.0015)
        log.say(
            f"[INFO] 3DBall. Step: {i * 1000}. Time Elapsed: {sum(log.times):.3f} s. Mean Reward: 1.166. Std of Reward: 0.724. Training.",
            step=i * 1000,
        )


@style
def parlai(log: Log) -> None:
    log.say("[ training... ]")
    for k in range(1, 41):
        steps(log, 100, 0.02)
        loss = round(log.loss(k, 40), 4)
        log.say(
            f"[ time:{sum(log.times):.1f}s total_exs:{k * 3744} epochs:{k * 3744 / 9000:.2f} time_left:{(40 - k) * 2:.1f}s ] {{'exs': 3744, 'lr': 1, 'num_updates': {k * 100}, 'gnorm': 1.19, 'clip': 1.0, 'loss': {loss}, 'ppl': 2.505}}",
            step=k * 100,
            loss=loss,
        )
        if k % 10 == 0:
            log.say("[ running eval: valid ]\n[ eval completed in 0.59s ]")
            log.say(f"valid:{{'exs': 1000, 'accuracy': 0.452, 'num_updates': {k * 100}, 'loss': 28.08}}", evals=k // 10)


@style
def an_evaluation_begun_by_a_word(log: Log) -> None:
    for e in range(1, 4):
        log.say(f"Epoch {e}/3", epochs=3)
        log.say("Training")
        for i in range(50, 501, 50):
            steps(log, 50, 0.2)
            loss = log.loss(e * 500 + i, 2000)
            log.say(f"{log.at()} Batch {i}/500: loss {loss:.4f}", step=(e - 1) * 500 + i, loss=loss, state=None)
        log.say("Validating")
        for i in (20, 40):
            log.wait(4)
            log.say(f"{log.at()} Batch {i}/40: loss 1.3212", evals=e)
