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
  const headers = { "content-type": file.type || "application/octet-stream" };
  // CloudFront needs the body's digest if the Lambda function accepts no other caller; browsers
  // compute digests on secure origins only.
  if (globalThis.crypto?.subtle !== undefined) {
    headers["x-amz-content-sha256"] = toHex(
      await crypto.subtle.digest("SHA-256", await file.arrayBuffer()),
    );
  }
  try {
    const response = await fetch(new URL("../predict", import.meta.url), {
      method: "POST",
      headers,
      body: file,
    });
    output.textContent = `${response.status}\n${indented(await response.text())}`;
  } catch {
    output.textContent = "No response; is the server running?";
  }
});

function toHex(bytes) {
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join(
    "",
  );
}

/** Returns JSON on many lines; a proxy's page as it is. */
function indented(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
