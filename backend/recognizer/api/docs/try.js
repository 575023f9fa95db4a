// Lets a reader of /docs send an image to POST /predict and see the response.
const section = document.getElementById("post-predict");

const heading = document.createElement("h3");
heading.textContent = "Try it";

const label = document.createElement("label");
label.textContent = "Image of a digit: ";
const input = document.createElement("input");
input.type = "file";
input.accept = "image/*";
label.append(input);

const output = document.createElement("pre");
output.setAttribute("role", "status");

section.append(heading, label, output);

input.addEventListener("change", async () => {
  const [file] = input.files;
  if (!file) return;
  output.textContent = "…";
  try {
    const response = await fetch(new URL("../predict", import.meta.url), {
      method: "POST",
      headers: { "content-type": file.type || "application/octet-stream" },
      body: file,
    });
    output.textContent = `${response.status}\n${JSON.stringify(await response.json(), null, 2)}`;
  } catch {
    output.textContent = "No response; is the server running?";
  }
});
