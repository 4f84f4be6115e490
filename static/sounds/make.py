"""Writes low.wav and restored.wav: two short tone figures, 22.05 kHz, 16 bit, mono.

Run it in this folder: `python3 make.py`. Only the standard library is used and the result is the same
on every run.
"""

import math
import struct
import wave

RATE = 22050


def tone(hertz, seconds, start, total):
    """One bell-like note that begins at `start` and rings out."""
    samples = [0.0] * int(total * RATE)
    for i in range(int(seconds * RATE)):
        at = int(start * RATE) + i
        if at >= len(samples):
            break
        t = i / RATE
        attack = min(1.0, t / 0.008)
        ring = math.exp(-5.0 * t) * min(1.0, (seconds - t) / 0.02)
        wave_ = math.sin(2 * math.pi * hertz * t) + 0.28 * math.sin(4 * math.pi * hertz * t) * math.exp(-6 * t)
        samples[at] = attack * ring * wave_
    return samples


def write(name, notes, total):
    mixed = [sum(parts) for parts in zip(*(tone(*note, total) for note in notes))]
    peak = max(abs(sample) for sample in mixed)
    with wave.open(name, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(b"".join(struct.pack("<h", int(sample / peak * 20000)) for sample in mixed))


# Falling for a weak feed, rising for a restored one: told apart without words and by ear alone.
write("low.wav", [(587.33, 0.5, 0.0), (440.00, 0.8, 0.22)], 1.02)
write("restored.wav", [(523.25, 0.4, 0.0), (659.25, 0.4, 0.14), (783.99, 0.8, 0.28)], 1.08)
