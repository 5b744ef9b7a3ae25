// Fills the list of most read stories, and loads the pictures that wait.
import { link } from "./links.js";

for (const picture of document.querySelectorAll("img.lazy[data-src]")) {
  picture.src = picture.dataset.src;
}

const list = document.querySelector(".most-read ol");
if (list) {
  const answer = await fetch(list.dataset.src);
  const stories = await answer.json();
  list.replaceChildren(...stories.map(link));
  document.documentElement.dataset.ready = "yes";
}
