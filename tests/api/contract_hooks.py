"""What schemathesis sends where the OpenAPI document cannot say in full what is valid.

It loads this module before its run; see `test_openapi_contract`.
"""

import base64

import schemathesis
from api.invalid_requests import FORMATS, valid_image
from hypothesis import strategies as st

from recognizer.api.data_url import PREFIX
from recognizer.feedback import new_prediction_id
from support.images import digit_image, encode

FILES = [valid_image(file_format) for file_format in FORMATS]

MODEL_INPUT = encode(digit_image(7, ink=255, paper=0, size=(28, 28)))

DATA_URL = f"{PREFIX},{base64.b64encode(MODEL_INPUT).decode()}"

images = st.sampled_from(FILES)

prediction_ids = st.builds(
    new_prediction_id,
    model_version=st.just("0" * 12),
    predicted=st.sampled_from(("7", "42", "007 1", None)),
)

schemathesis.openapi.media_type("image/*", images)
schemathesis.openapi.format("binary", images)
schemathesis.openapi.format("image", images.map(lambda file: base64.b64encode(file).decode()))
schemathesis.openapi.format("prediction-id", prediction_ids)
schemathesis.openapi.format("model-input", st.just(DATA_URL))
