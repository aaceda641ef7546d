/** Things to send for who has nothing at hand: a picture, a voice note, a document, a sticker, a place. */

const RATE = 16000;
const SECONDS = 2.4;

export const PLACE = { latitude: -34.60376, longitude: -58.38162, name: "Av. Corrientes 1234" };

/** A printer in trouble, drawn here: 960 x 720 JPEG. */
export function picture() {
  const canvas = sized(960, 720);
  const pen = canvas.getContext("2d");
  wall(pen);
  printer(pen);
  panel(pen);
  return blob(canvas, "image/jpeg", 0.85);
}

export function sticker() {
  const canvas = sized(320, 320);
  const pen = canvas.getContext("2d");
  pen.font = "230px sans-serif";
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.fillText("🤖", 160, 175);
  return blob(canvas, "image/webp", 0.9);
}

/** A WAV in which somebody hums. */
export function voice() {
  const samples = new Int16Array(RATE * SECONDS);
  for (let index = 0; index < samples.length; index += 1) samples[index] = hum(index / RATE) * 9000;
  return new Blob([wavHeader(samples.byteLength), samples], { type: "audio/wav" });
}

export function paper() {
  const lines = ["BT /F1 20 Tf 60 760 Td (Factura 0001-00012345) Tj ET", "BT /F1 12 Tf 60 730 Td (Impresora, 12 meses) Tj ET"];
  return new Blob([pdf(lines.join("\n"))], { type: "application/pdf" });
}

function sized(width, height) {
  return Object.assign(document.createElement("canvas"), { width, height });
}

function blob(canvas, type, quality) {
  return new Promise((resolve) => canvas.toBlob(resolve, type, quality));
}

function wall(pen) {
  const light = pen.createLinearGradient(0, 0, 960, 720);
  light.addColorStop(0, "#d7c9b4");
  light.addColorStop(1, "#a8957c");
  box(pen, light, 0, 0, 960, 720, 0);
  box(pen, "#6b4f3a", 0, 540, 960, 180, 0);
  box(pen, "#7d5d45", 0, 540, 960, 14, 0);
}

function printer(pen) {
  box(pen, "rgba(0,0,0,.28)", 170, 575, 640, 34, 17);
  box(pen, "#f4f4f0", 330, 130, 300, 190, 6);
  box(pen, "#33373d", 200, 290, 560, 290, 26);
  box(pen, "#4a4f57", 200, 290, 560, 70, 26);
  box(pen, "#1d2024", 270, 470, 420, 26, 8);
  crumpled(pen);
}

function crumpled(pen) {
  pen.fillStyle = "#fbfbf7";
  pen.beginPath();
  for (const [x, y] of [[300, 480], [345, 520], [392, 494], [440, 548], [498, 505], [560, 556], [604, 500], [660, 484]]) pen.lineTo(x, y);
  pen.fill();
  pen.strokeStyle = "#c9c9c0";
  pen.lineWidth = 3;
  pen.stroke();
}

function panel(pen) {
  box(pen, "#8fb7a4", 250, 385, 250, 62, 8);
  pen.fillStyle = "#12261d";
  pen.font = "600 30px monospace";
  pen.fillText("E-05  JAM", 270, 427);
  for (const [x, color] of [[560, "#e5484d"], [610, "#f5a623"], [660, "#5a6068"]]) dot(pen, color, x, 416);
}

function box(pen, color, x, y, width, height, radius) {
  pen.fillStyle = color;
  pen.beginPath();
  pen.roundRect(x, y, width, height, radius);
  pen.fill();
}

function dot(pen, color, x, y) {
  pen.fillStyle = color;
  pen.beginPath();
  pen.arc(x, y, 15, 0, 7);
  pen.fill();
}

function hum(second) {
  const tone = 190 + 26 * Math.sin(second * 5) + 18 * Math.sin(second * 13);
  const syllables = Math.max(0, Math.sin(second * 11)) ** 0.6;
  const edges = Math.min(1, second * 8, (SECONDS - second) * 8);
  return edges * syllables * (0.7 * Math.sin(second * tone * 6.28) + 0.3 * Math.sin(second * tone * 12.57));
}

function wavHeader(bytes) {
  const view = new DataView(new ArrayBuffer(44));
  const write = (at, word) => [...word].forEach((letter, index) => view.setUint8(at + index, letter.charCodeAt(0)));
  write(0, "RIFF");
  view.setUint32(4, 36 + bytes, true);
  write(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, RATE, true);
  view.setUint32(28, RATE * 2, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  write(36, "data");
  view.setUint32(40, bytes, true);
  return view.buffer;
}

function pdf(content) {
  const parts = [
    "<< /Type /Catalog /Pages 2 0 R >>",
    "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
    `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
  ];
  let text = "%PDF-1.4\n";
  const offsets = parts.map((part, index) => {
    const at = text.length;
    text += `${index + 1} 0 obj\n${part}\nendobj\n`;
    return `${String(at).padStart(10, "0")} 00000 n \n`;
  });
  const table = `xref\n0 6\n0000000000 65535 f \n${offsets.join("")}`;
  return `${text}${table}trailer << /Size 6 /Root 1 0 R >>\nstartxref\n${text.length}\n%%EOF\n`;
}
