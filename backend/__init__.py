"""What Signalbox does, without a word of the screen."""

__version__ = "0.1.0"
