"""Progress, step time and ETA of training runs from their plain log files, held against documented estimates."""
