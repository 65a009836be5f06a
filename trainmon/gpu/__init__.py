"""GPU memory: from the driver, from nvidia-smi logs, from the log itself."""
