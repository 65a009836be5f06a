"""The Hugging Face Trainer on a model of a few numbers."""

from __future__ import annotations

import logging
import os

from play import WORK, run

os.environ.setdefault("HF_HUB_OFFLINE", "1")


def parts(
    p,
    *,
    step_s=1.0,
    eval_s=0.4,
    accumulation=1,
    oom_at=0,
    nan_at=0,
    kill_at=0,
    interrupt_at=0,
    offset=0,
    charge=0.0,
):
    import torch
    from torch import nn
    from transformers import PretrainedConfig, PreTrainedModel, TrainerCallback

    class Config(PretrainedConfig):
        model_type = "tiny"

    class Model(PreTrainedModel):
        config_class = Config

        def __init__(self, config):
            super().__init__(config)
            self.layer = nn.Linear(8, 4)
            self.count = 0
            self.post_init()

        def forward(self, features, labels=None, **_):
            if self.training:
                self.count += 1
                if oom_at and self.count == oom_at:
                    raise torch.OutOfMemoryError(
                        "CUDA out of memory. Tried to allocate 1.17 GiB. GPU 0 has a total capacity of "
                        "23.69 GiB of which 512.88 MiB is free."
                    )
                if interrupt_at and self.count == interrupt_at:
                    raise KeyboardInterrupt
                p.spend(step_s / accumulation * p.dice.uniform(0.9, 1.1))
            else:
                p.spend(eval_s)
            logits = self.layer(features)
            loss = nn.functional.cross_entropy(logits, labels)
            if nan_at and self.training and self.count >= nan_at:
                loss = loss * float("nan")
            return {"loss": loss, "logits": logits}

    class Rows(torch.utils.data.Dataset):
        def __init__(self, count):
            self.x = torch.randn(count, 8)
            self.y = torch.randint(4, (count,))

        def __len__(self):
            return len(self.x)

        def __getitem__(self, i):
            return {"features": self.x[i], "labels": self.y[i]}

    class Journal(TrainerCallback):
        def on_step_end(self, args, state, control, **_):
            if charge:
                p.spend(charge * p.dice.uniform(0.9, 1.1))
            p.note("train", n=state.global_step + offset)
            if kill_at and state.global_step == kill_at:
                p.kill(kill_at)

        def on_prediction_step(self, *a, **k):
            if charge:
                p.spend(0.3)

        def on_evaluate(self, *a, **k):
            p.note("eval")

        def on_epoch_end(self, *a, **k):
            p.note("epoch")

        def on_predict(self, *a, **k):
            p.note("eval")

        def on_save(self, *a, **k):
            p.note("pause")
            p.spend(4)

        def on_log(self, args, state, control, logs=None, **_):
            if logs and "loss" in logs and logs["loss"] == logs["loss"]:
                p.loss(float(logs["loss"]))

    torch.manual_seed(3)
    return Model(Config()), Rows, Journal()


def arguments(**more):
    import tempfile

    from transformers import TrainingArguments

    given = {
        "output_dir": more.pop("output_dir", None) or tempfile.mkdtemp(prefix="out"),
        "per_device_train_batch_size": 8,
        "per_device_eval_batch_size": 8,
        "report_to": "none",
        "use_cpu": True,
        "dataloader_pin_memory": False,
        "save_strategy": "no",
        "logging_steps": 10,
        "num_train_epochs": 2,
    }
    return TrainingArguments(**{**given, **more})


def trainer(p, *, rows=320, evaluated=80, cls=None, more_callbacks=(), args=None, **model):
    from transformers import Trainer

    net, Rows, journal = parts(p, **model)
    return (cls or Trainer)(
        model=net,
        args=args,
        train_dataset=Rows(rows),
        eval_dataset=Rows(evaluated) if evaluated else None,
        callbacks=[journal, *more_callbacks],
    )


@run(total=[None], epochs=[None], step=[None], state=None, train_stages=0, cut=None)
def hf_evaluate_only(p):
    t = trainer(p, args=arguments())
    m = t.evaluate()
    t.log_metrics("eval", m)


@run(total=[None], epochs=[None], step=[None], state=None, train_stages=0, cut=None)
def hf_predict_only(p):
    t = trainer(p, args=arguments())
    _, Rows, _ = parts(p)
    m = t.predict(Rows(200)).metrics
    t.log_metrics("test", m)


@run(total=[50], epochs=[5], state="finished", last_loss=None)
def hf_max_steps(p):
    trainer(p, args=arguments(max_steps=50, gradient_accumulation_steps=4, logging_steps=500), accumulation=4).train()


@run(total=[400], epochs=[10], state="finished", cut=1)
def hf_early_stopping(p):
    from transformers import EarlyStoppingCallback

    trainer(
        p,
        args=arguments(
            num_train_epochs=10,
            eval_strategy="steps",
            eval_steps=25,
            save_strategy="steps",
            save_steps=25,
            load_best_model_at_end=True,
            metric_for_best_model="eval_loss",
            learning_rate=0.5,
        ),
        more_callbacks=[EarlyStoppingCallback(early_stopping_patience=2)],
    ).train()


@run(total=[200], epochs=[5], state="finished", attempts=3, gap=300.0)
def hf_resumed_twice(p, attempt):
    out = str(WORK / "resumed")
    import shutil

    if attempt == 1:
        shutil.rmtree(out, ignore_errors=True)
    t = trainer(
        p,
        args=arguments(
            output_dir=out,
            num_train_epochs=5,
            eval_strategy="steps",
            eval_steps=40,
            save_strategy="steps",
            save_steps=40,
        ),
        kill_at={1: 75, 2: 133}.get(attempt, 0),
    )
    t.train(resume_from_checkpoint=attempt > 1)


@run(total=[120], epochs=[3], state="finished")
def hf_script_train_eval_predict(p):
    logging.basicConfig(
        format="%(asctime)s - %(levelname)s - %(name)s - %(message)s", datefmt="%m/%d/%Y %H:%M:%S", level=logging.INFO
    )
    log = logging.getLogger("__main__")
    from transformers.utils import logging as hl

    hl.set_verbosity_info()
    hl.enable_default_handler()
    hl.enable_explicit_format()
    log.info("Training/evaluation parameters TrainingArguments(num_train_epochs=3.0, max_steps=-1)")
    t = trainer(p, args=arguments(num_train_epochs=3, eval_strategy="epoch", save_strategy="epoch", logging_steps=20))
    r = t.train()
    t.save_model()
    t.log_metrics("train", r.metrics)
    t.save_metrics("train", r.metrics)
    t.save_state()
    log.info("*** Evaluate ***")
    m = t.evaluate()
    t.log_metrics("eval", m)
    log.info("*** Predict ***")
    m = t.predict(t.eval_dataset).metrics
    t.log_metrics("predict", m)


@run(total=[120], epochs=[3], state="interrupted", problems=["keyboard_interrupt"], step=[56])
def hf_keyboard(p):
    trainer(p, args=arguments(num_train_epochs=3), interrupt_at=57).train()


@run(total=[80], epochs=[2], state="finished", evaluations=8)
def hf_two_eval_sets(p):
    net, Rows, journal = parts(p)
    from transformers import Trainer

    Trainer(
        model=net,
        args=arguments(eval_strategy="steps", eval_steps=20),
        train_dataset=Rows(320),
        eval_dataset={"news": Rows(80), "code": Rows(40)},
        callbacks=[journal],
    ).train()


@run(total=[80], epochs=[2], state="finished", buffered=True)
def hf_buffered(p):
    print("Loading data")
    print("Model has 36 parameters")
    t = trainer(p, args=arguments(eval_strategy="epoch"))
    t.train()
    print("Final:", t.evaluate())


@run(total=[200], epochs=[5], state="finished", attempts=2, cut_totals=[120, 200], gap=120.0)
def hf_other_args_resume(p, attempt):
    """Resumed with another logging interval and more epochs than before."""
    import shutil

    out = str(WORK / "res2")
    if attempt == 1:
        shutil.rmtree(out, ignore_errors=True)
    t = trainer(
        p,
        args=arguments(
            output_dir=out,
            num_train_epochs=3 if attempt == 1 else 5,
            save_strategy="epoch",
            logging_steps=10 if attempt == 1 else 20,
        ),
        kill_at=97 if attempt == 1 else 0,
    )
    t.train(resume_from_checkpoint=attempt > 1)


@run(total=[80], epochs=[2], state="finished", evaluations=3)
def hf_eval_on_start(p):
    trainer(p, args=arguments(eval_on_start=True, eval_strategy="epoch")).train()


@run(total=[120], epochs=[3, None], state="failed", problems=["oom"], step=[0])
def hf_oom_at_once(p):
    trainer(p, args=arguments(num_train_epochs=3), oom_at=1).train()
