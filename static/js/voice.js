// Sounds and speech of alerts. Browsers allow both only after a tap; OBS allows them at once.

const SPOKEN_MAX = 200;

export class Voice {
  #context = null;
  #buffers = new Map();
  #folder;

  constructor(folder) { this.#folder = folder; }

  /** Tries to begin; true when sound is allowed. */
  async begin() {
    const Context = window.AudioContext ?? window.webkitAudioContext;
    if (!Context) return false;
    this.#context ??= new Context();
    // Without a tap `resume` stays pending for ever in some browsers.
    await Promise.race([this.#context.resume().catch(() => {}), new Promise((go) => setTimeout(go, 300))]);
    return this.on;
  }

  get on() { return this.#context?.state === "running"; }

  /** Called inside a tap: also unlocks speech on phones. */
  async unlock() {
    const on = await this.begin();
    if (on && "speechSynthesis" in window) speechSynthesis.speak(new SpeechSynthesisUtterance(""));
    return on;
  }

  async say({ type, message }, { speech = true } = {}) {
    if (!this.on) return;
    const length = await this.#play(type === "low" ? "low" : "restored");
    if (!speech || !("speechSynthesis" in window)) return;
    setTimeout(() => {
      speechSynthesis.cancel();
      const words = new SpeechSynthesisUtterance(message.slice(0, SPOKEN_MAX));
      words.lang = "en";
      speechSynthesis.speak(words);
    }, length * 1000);
  }

  /** Plays a sound; returns its length in seconds. */
  async #play(name) {
    try {
      if (!this.#buffers.has(name)) {
        const file = await fetch(`${this.#folder}/${name}.wav`);
        this.#buffers.set(name, await this.#context.decodeAudioData(await file.arrayBuffer()));
      }
      const source = this.#context.createBufferSource();
      source.buffer = this.#buffers.get(name);
      source.connect(this.#context.destination);
      source.start();
      return source.buffer.duration;
    } catch { return 0; }
  }
}
