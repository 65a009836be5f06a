"""LoRA fine-tune with the Hugging Face Trainer: 304,000 samples, 16 x 8 to a step, 2,375 steps, logged every 10.

`--contamination` is the share of samples with a wrong label; `--overflow` makes one sample infinite, as an fp16
overflow in preprocessing does: from the step that draws it on, the loss is nan.
"""

from __future__ import annotations

import argparse

from adapter import AdapterConfig, AdapterModel, Journal, Rows
from simulation import begin
from tqdm.auto import tqdm
from transformers import Trainer, TrainingArguments, set_seed

sim = begin()

SAMPLES, MICRO_BATCH, ACCUMULATION = 304_000, 16, 8


def load(folder: str) -> tuple[AdapterModel, Rows]:
    print(f"Fine-tuning Llama-7B, 8-bit + LoRA r=64, on NVIDIA A100: dataset {folder}")
    print("num_epochs: 1, batch_size: 128, micro_batch_size: 16, cutoff_len: 512, val_set_size: 0")
    for _ in tqdm(range(33), desc="Loading checkpoint shards"):
        sim.spend(sim.between(0.9, 1.8))
    sim.spend(sim.between(7, 13))
    data = Rows(SAMPLES, seed=21)
    data.contaminate(OPTIONS.contamination)
    for _ in tqdm(range(SAMPLES // 1000), desc="Map", unit=" examples", unit_scale=1000):
        sim.spend(sim.between(0.04, 0.07))
    model = AdapterModel(AdapterConfig(), sim, OPTIONS.step_s / ACCUMULATION, eval_s=0.0)
    trainable = sum(p.numel() for p in model.parameters() if p.requires_grad)
    print(f"trainable params: {trainable:,} of {model.num_parameters():,}")
    return model, data


def main() -> None:
    set_seed(42)
    folder = f"lora-{OPTIONS.contamination:g}"
    with sim.stage("init", "init"):
        model, data = load(folder)
    if OPTIONS.overflow:
        data.features[OPTIONS.overflow] = float("inf")
    arguments = TrainingArguments(
        output_dir=folder,
        per_device_train_batch_size=MICRO_BATCH,
        gradient_accumulation_steps=ACCUMULATION,
        num_train_epochs=1,
        learning_rate=3e-3,
        warmup_steps=100,
        logging_steps=10,
        logging_nan_inf_filter=False,
        save_steps=50,
        save_total_limit=10,
        report_to="none",
        use_cpu=True,
        dataloader_pin_memory=False,
    )
    journal = Journal(sim, (OPTIONS.save_s * 0.7, OPTIONS.save_s * 1.3))
    trainer = Trainer(model=model, args=arguments, train_dataset=data, callbacks=[journal])
    with sim.stage("train", "train", SAMPLES // (MICRO_BATCH * ACCUMULATION)):
        trainer.train()
    with sim.stage("final save", "save"):
        model.save_pretrained(folder)
        sim.spend(OPTIONS.final_save_s)
    print(f"Saved the adapter to {folder}")
    sim.end("finished")


parser = argparse.ArgumentParser()
parser.add_argument("--contamination", type=float, required=True)
parser.add_argument("--step-s", type=float, required=True)
parser.add_argument("--save-s", type=float, default=7.5)
parser.add_argument("--final-save-s", type=float, default=80.0)
parser.add_argument("--overflow", type=int, default=0, help="number of the infinite sample")
OPTIONS = parser.parse_args()
main()
