// Lets browsers keep what has a hash in its name. CloudFront calls this for no error, so that a file
// which is missing for a moment is not remembered as missing for a year.
function handler(event) {
  var response = event.response;
  response.headers["cache-control"] = { value: "public, max-age=31536000, immutable" };
  return response;
}
