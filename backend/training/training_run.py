"""A training run that goes on after its last complete epoch: what all recipes share."""

import copy
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Generic, TypeVar

import torch
from torch import Tensor, nn
from torch.utils.tensorboard import SummaryWriter
from tqdm import tqdm

from training.whole_files import whole_file

MAX_LR = 3e-3  # learning rate after the warm-up
MIN_WARMUP_LR = 0.04  # first learning rate, as a fraction of that
WARMUP = 0.1  # fraction of training in which the learning rate rises; then a cosine down to zero
WEIGHT_DECAY = 0.02  # AdamW's
EMA_DECAY = 0.998  # of the exponential moving average of the weights, which is what is exported

RUNS = Path(__file__).parents[2] / "runs"

DEVICE = "cuda" if torch.cuda.is_available() else "cpu"

BFLOAT16_INSTRUCTIONS = ("amx_bf16", "avx512_bf16")  # with which CPUs gain from bfloat16

Network = TypeVar("Network", bound=nn.Module)


class TrainingRun(Generic[Network]):
    """A network in training, with a checkpoint in `folder` after each epoch.

    The learning rate rises to `max_lr`, then falls to zero; from a progress `restart` on it does
    the same once more, half as high. Raises SystemExit if the folder contains a run of another
    `recipe`, which names the data, or with another seed.
    """

    def __init__(
        self,
        make_network: Callable[[], Network],
        folder: Path,
        recipe: str,
        epochs: int,
        seed: int,
        max_lr: float = MAX_LR,
        restart: float = 1.0,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        torch.manual_seed(seed)
        self.make_network = make_network
        self.network = make_network()
        # Convolutions are quicker in this layout.
        self.network.to(DEVICE, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.ema_network = copy.deepcopy(self.network)
        self.optimizer = torch.optim.AdamW(self.network.parameters(), weight_decay=WEIGHT_DECAY)
        self.max_lr, self.restart = max_lr, restart
        self.checkpoint = folder / "checkpoint.pt"
        self.settings: dict[str, Any] = {"recipe": recipe, "epochs": epochs, "seed": seed}
        self.epoch, self.step = 0, 0
        self.results: dict[str, Any] = {}
        """What came of the run so far; the checkpoint has it too."""
        if self.checkpoint.exists():
            self.resume()
            print(f"Resuming after epoch {self.epoch} of {epochs}.")
        # Steps are epochs from 1 on; what is shown of the data, before the first, has step 0.
        unfinished = self.epoch + 1 if self.epoch else 0
        self.writer = SummaryWriter(str(folder / "tensorboard"), purge_step=unfinished)

    def epochs(self) -> Iterator[int]:
        """Yield the number of each epoch that is left, and save what it did."""
        epochs = self.settings["epochs"]
        numbers = range(self.epoch, epochs)
        for epoch in tqdm(numbers, "training", epochs, initial=self.epoch, unit="epoch"):
            # A seed per epoch makes a resumed run end like an uninterrupted one.
            torch.manual_seed(self.settings["seed"] * 1_000 + epoch)
            self.network.train()
            yield epoch
            self.epoch = epoch + 1
            self.save()
        self.writer.close()

    def descend(self, loss: Tensor, progress: float, max_gradient: float = math.inf) -> None:
        """Change the weights against a loss, after so much of this epoch, in [0, 1).

        The norm of its gradient is clipped to `max_gradient`.
        """
        for group in self.optimizer.param_groups:
            progress_of_run = (self.epoch + progress) / self.settings["epochs"]
            group["lr"] = get_lr(progress_of_run, self.max_lr, self.restart)
        self.optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        if max_gradient < math.inf:
            nn.utils.clip_grad_norm_(self.network.parameters(), max_gradient)
        self.optimizer.step()
        self.step += 1
        update_ema(self.ema_network, self.network, self.step)

    def averaged(self) -> Network:
        """Return a network with the averaged weights, on the CPU."""
        network = self.make_network()
        network.load_state_dict(self.ema_network.state_dict())
        return network.eval()

    def state(self) -> dict[str, Any]:
        """Return the parts of a checkpoint that have a state of their own."""
        return {
            "network": self.network,
            "ema_network": self.ema_network,
            "optimizer": self.optimizer,
        }

    def save(self) -> None:
        """Write a checkpoint; a killed process leaves the one before it."""
        states = {name: part.state_dict() for name, part in self.state().items()}
        progress = {"epoch": self.epoch, "step": self.step, "results": self.results}
        with whole_file(self.checkpoint) as file:
            torch.save(states | self.settings | progress, file)

    def resume(self) -> None:
        """Load the checkpoint; raise SystemExit if it is of a run with other settings."""
        saved: dict[str, Any] = torch.load(self.checkpoint, weights_only=True, map_location=DEVICE)
        resumable = self.state().keys() <= saved.keys()  # else another version wrote it
        if not resumable or any(saved.get(name) != value for name, value in self.settings.items()):
            raise SystemExit(
                f"{self.checkpoint.parent} contains a run with other settings; choose another "
                "name with --run."
            )
        for name, part in self.state().items():
            part.load_state_dict(saved[name])
        self.epoch, self.step, self.results = saved["epoch"], saved["step"], saved["results"]


def mixed_precision() -> torch.autocast:
    """Return a context in which networks compute in bfloat16 if DEVICE has instructions for it.

    A CPU that lacks them takes six to twelve times as long for it as for float32.
    """
    capabilities = torch.cpu.get_capabilities()
    pays = DEVICE == "cuda" or any(map(capabilities.get, BFLOAT16_INSTRUCTIONS))
    return torch.autocast(DEVICE, torch.bfloat16, enabled=pays)


def get_lr(progress: float, max_lr: float = MAX_LR, restart: float = 1.0) -> float:
    """Return the learning rate: linear warm-up, then cosine; `progress` is in [0, 1].

    From a progress `restart` on, the same again, half as high (Loshchilov, Hutter, "SGDR:
    Stochastic Gradient Descent with Warm Restarts", ICLR 2017).
    """
    if restart < 1 and progress >= restart:
        return get_lr((progress - restart) / (1 - restart), max_lr / 2)
    progress /= restart
    if progress < WARMUP:
        return max_lr * (MIN_WARMUP_LR + (1 - MIN_WARMUP_LR) * progress / WARMUP)
    return max_lr * (1 + math.cos(math.pi * (progress - WARMUP) / (1 - WARMUP))) / 2


@torch.no_grad()
def update_ema(ema_network: nn.Module, network: nn.Module, step: int) -> None:
    """Update the moving average of the weights, with a lower decay at first."""
    weight = max(1 - EMA_DECAY, 9 / (10 + step))
    for average, current in zip(
        ema_network.state_dict().values(), network.state_dict().values(), strict=True
    ):
        if average.is_floating_point():
            average.lerp_(current, weight)
        else:
            average.copy_(current)


def format_channels(channels: tuple[int, ...]) -> str:
    """Return the numbers of feature maps as in "16-64-128"."""
    return "-".join(map(str, channels))
