// Let browsers cache files whose names contain a hash. CloudFront does not call this function for error
// responses; otherwise a file that is missing for a moment would be cached as missing for a year.
function handler(event) {
  var response = event.response;
  response.headers["cache-control"] = { value: "public, max-age=31536000, immutable" };
  return response;
}
