// Builds a whole story in the browser: without this script its page is empty.
const root = document.getElementById("root");
const story = await (await fetch(root.dataset.story)).json();
const heading = document.createElement("h1");
heading.textContent = story.title;
const paragraphs = story.paragraphs.map((text) => {
  const paragraph = document.createElement("p");
  paragraph.textContent = text;
  return paragraph;
});
root.replaceChildren(heading, ...paragraphs);
document.documentElement.dataset.ready = "yes";
