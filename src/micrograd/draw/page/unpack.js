// The page's data: JSON, or the same compressed (deflate, base64), which makes a notebook smaller.

export async function unpack(element) {
  const told = JSON.parse(element.textContent);
  if (typeof told !== "string") return told;
  const bytes = Uint8Array.from(atob(told), (sign) => sign.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return JSON.parse(await new Response(stream).text());
}
