"""Fine-tunes a chatbot with the Hugging Face Trainer at log level info: 63,000 messages, 1 x 16 to a step, 3,938 steps.

`--max-steps` is the short test of the plan; `--out-of-memory-at` raises torch's own exception in that forward pass,
because a machine without a GPU cannot run out of its memory.
"""

from __future__ import annotations

import argparse

from adapter import AdapterConfig, AdapterModel, Journal, Rows, note_failure
from simulation import begin
from tqdm.auto import tqdm
from transformers import Trainer, TrainingArguments, set_seed
from transformers.utils import logging

sim = begin()

MESSAGES, ACCUMULATION = 63_000, 16

logger = logging.get_logger("transformers.train_lora")


def load() -> AdapterModel:
    logger.info("RTX 2080 Ti, 11 GB; BATCH_SIZE=1 GRADIENT_ACCUMULATION_STEPS=16 EPOCHS=1 LEARNING_RATE=2e-4")
    logger.info(f"GRADIENT_CHECKPOINTING={OPTIONS.checkpointing} MAX_STEPS={OPTIONS.max_steps}")
    for _ in tqdm(range(4), desc="Loading checkpoint shards"):
        sim.spend(sim.between(20, 35))
    for _ in tqdm(range(63), desc="Tokenizing messages", unit=" examples", unit_scale=1000):
        sim.spend(sim.between(1.0, 2.0))
    return AdapterModel(AdapterConfig(), sim, OPTIONS.step_s / ACCUMULATION, OPTIONS.step_s / ACCUMULATION * 0.4)


def main() -> None:
    set_seed(8)
    logging.set_verbosity_info()
    logging.enable_explicit_format()
    with sim.stage("init", "init"):
        model = load()
    model.out_of_memory_at = OPTIONS.out_of_memory_at
    arguments = TrainingArguments(
        output_dir="chatbot",
        per_device_train_batch_size=1,
        per_device_eval_batch_size=4,
        gradient_accumulation_steps=ACCUMULATION,
        num_train_epochs=1,
        max_steps=OPTIONS.max_steps,
        learning_rate=2e-4,
        logging_steps=10,
        eval_strategy="steps",
        eval_steps=1000,
        save_steps=500,
        save_total_limit=2,
        log_level="info",
        report_to="none",
        use_cpu=True,
        dataloader_pin_memory=False,
    )
    journal = Journal(sim, (25, 40))
    data = {"train_dataset": Rows(MESSAGES, seed=31), "eval_dataset": Rows(1_200, seed=32)}
    trainer = Trainer(model=model, args=arguments, callbacks=[journal], **data)
    try:
        with sim.stage("train", "train", OPTIONS.max_steps if OPTIONS.max_steps > 0 else 3938):
            trainer.train()
    finally:
        note_failure(sim, trainer.state.global_step)
    with sim.stage("final save", "save"):
        trainer.save_model("chatbot/final")
        sim.spend(45.0)
    logger.info("Adapter saved to chatbot/final")
    sim.end("finished")


parser = argparse.ArgumentParser()
parser.add_argument("--step-s", type=float, required=True)
parser.add_argument("--max-steps", type=int, default=-1)
parser.add_argument("--checkpointing", default="true")
parser.add_argument("--out-of-memory-at", type=int, default=0, help="number of the forward pass")
OPTIONS = parser.parse_args()
main()
