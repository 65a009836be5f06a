"""What is built on the Trainer, or beside it: TRL, Sentence Transformers, accelerate."""

from __future__ import annotations

import logging

from play import WORK, run
from trainer import parts


def words():
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    vocab = {w: i for i, w in enumerate(["<pad>", "<eos>", "<unk>", *[f"w{i}" for i in range(200)]])}
    tok = Tokenizer(models.WordLevel(vocab, unk_token="<unk>"))
    tok.pre_tokenizer = pre_tokenizers.Whitespace()
    t = PreTrainedTokenizerFast(tokenizer_object=tok, pad_token="<pad>", eos_token="<eos>", unk_token="<unk>")
    t.chat_template = "{% for m in messages %}{{ m['content'] }} {% endfor %}"
    return t


def gpt(p, step_s, eval_s=0.3):
    import torch
    from transformers import GPT2Config, GPT2LMHeadModel

    torch.manual_seed(0)

    class Slow(GPT2LMHeadModel):
        def forward(self, *a, **k):
            return super().forward(*a, **k)

    return Slow(
        GPT2Config(
            vocab_size=203,
            n_positions=64,
            n_embd=16,
            n_layer=1,
            n_head=2,
            pad_token_id=0,
            eos_token_id=1,
            bos_token_id=1,
        )
    )


def text(p):
    return " ".join(f"w{p.dice.randrange(200)}" for _ in range(12))


@run(total=[60], epochs=[2], state="finished", train_stages=1)
def trl_sft(p):
    from datasets import Dataset
    from trl import SFTConfig, SFTTrainer

    _, _, journal = parts(p, charge=1.0)
    d = Dataset.from_dict({"text": [text(p) for _ in range(240)]})
    SFTTrainer(
        model=gpt(p, 1.0),
        processing_class=words(),
        train_dataset=d,
        eval_dataset=d.select(range(40)),
        callbacks=[journal],
        args=SFTConfig(
            output_dir=str(WORK / "sft"),
            per_device_train_batch_size=8,
            num_train_epochs=2,
            logging_steps=5,
            eval_strategy="steps",
            eval_steps=20,
            report_to="none",
            use_cpu=True,
            save_strategy="no",
            max_length=32,
            bf16=False,
            dataloader_pin_memory=False,
        ),
    ).train()


@run(total=[150], epochs=[3], state="finished", evaluations=3, lag=1)
def st_evaluator(p):
    import torch
    from datasets import Dataset
    from sentence_transformers import (
        SentenceTransformer,
        SentenceTransformerTrainer,
        SentenceTransformerTrainingArguments,
        evaluation,
        losses,
        models,
    )

    _, _, journal = parts(p, charge=1.0)
    from sentence_transformers.models.tokenizer import WhitespaceTokenizer

    net = SentenceTransformer(
        modules=[
            models.WordEmbeddings(
                WhitespaceTokenizer([f"w{i}" for i in range(200)]), torch.randn(200, 8), update_embeddings=True
            ),
            models.Pooling(8),
        ],
        device="cpu",
    )

    def rows(n):
        return {
            "a": [text(p) for _ in range(n)],
            "b": [text(p) for _ in range(n)],
            "score": [p.dice.random() for _ in range(n)],
        }

    d = Dataset.from_dict(rows(400))
    e = rows(64)
    ev = evaluation.EmbeddingSimilarityEvaluator(e["a"], e["b"], e["score"], batch_size=16, show_progress_bar=True)
    SentenceTransformerTrainer(
        model=net,
        args=SentenceTransformerTrainingArguments(
            output_dir=str(WORK / "st"),
            num_train_epochs=3,
            per_device_train_batch_size=8,
            logging_steps=25,
            eval_strategy="steps",
            eval_steps=50,
            report_to="none",
            use_cpu=True,
            save_strategy="no",
        ),
        train_dataset=d,
        evaluator=ev,
        loss=losses.CosineSimilarityLoss(net),
        callbacks=[journal],
    ).train()


@run(total=[150], epochs=[3], state="finished", evaluations_or=[0])
def accelerate_no_trainer(p):
    """The shape of the no_trainer examples: one bar over the whole run, evaluation by hand at each epoch's end."""
    import torch
    from accelerate import Accelerator
    from accelerate.logging import get_logger
    from tqdm.auto import tqdm

    logging.basicConfig(
        format="%(asctime)s - %(levelname)s - %(name)s - %(message)s", datefmt="%m/%d/%Y %H:%M:%S", level=logging.INFO
    )
    a = Accelerator(cpu=True)
    log = get_logger(__name__)
    log.info(a.state, main_process_only=False)
    model = torch.nn.Linear(8, 4)
    opt = torch.optim.SGD(model.parameters(), 0.1)
    loader = torch.utils.data.DataLoader([(torch.randn(8), 1) for _ in range(800)], batch_size=8)
    model, opt, loader = a.prepare(model, opt, loader)
    log.info("***** Running training *****")
    for k, v in (
        ("Num examples", 800),
        ("Num Epochs", 3),
        ("Instantaneous batch size per device", 8),
        ("Total train batch size (w. parallel, distributed & accumulation)", 16),
        ("Gradient Accumulation steps", 2),
        ("Total optimization steps", 150),
    ):
        log.info(f"  {k} = {v}")
    bar = tqdm(range(150), disable=not a.is_local_main_process)
    n = 0
    for e in range(3):
        for i, (x, y) in enumerate(loader):
            loss = torch.nn.functional.cross_entropy(model(x), y)
            a.backward(loss)
            p.spend(0.5 * p.dice.uniform(0.9, 1.1))
            if i % 2:
                opt.step()
                opt.zero_grad()
                n += 1
                p.note("train", n=n)
                bar.update(1)
        p.note("eval")
        p.spend(15)
        log.info(f"epoch {e}: {{'accuracy': 0.7{e}, 'f1': 0.81}}")
