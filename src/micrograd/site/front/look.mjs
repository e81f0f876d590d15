// Of a file that is missing, cut off or altered, the interpreter's own loader says little, or waits for ever: so each
// is fetched and held against what the site's maker wrote down.

const here = new URL(".", import.meta.url).href;

// Return the name of the first file that is not as it should be, and why; null where all are.
export async function firstBroken() {
  try {
    const answer = await fetch(here + "files.json", { cache: "no-cache" });
    if (!answer.ok) return `files.json: ${answer.status}`;
    for (const [name, { size, sha256 }] of Object.entries(await answer.json())) {
      const found = await fetch(here + name);
      if (!found.ok) return `${name}: ${found.status}`;
      const bytes = await found.arrayBuffer();
      if (bytes.byteLength !== size) return `${name}: ${bytes.byteLength} / ${size}`;
      if (((await digest(bytes)) ?? sha256) !== sha256) return `${name}: SHA-256`;
    }
    return null;
  } catch (error) {
    return error.message;
  }
}

async function digest(bytes) {
  // Pages that came neither encrypted nor from this machine have no such functions: then the size has to do.
  if (!globalThis.crypto?.subtle) return undefined;
  const found = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...found].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
