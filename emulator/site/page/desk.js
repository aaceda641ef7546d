/** What the page shares with the desk: its language, its texts in it, its time zone and its technicians. */

export const desk = await (await fetch("/emulator/desk")).json();
