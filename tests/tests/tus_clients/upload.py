"""Uploads a file with PyPI `tuspy`, which resumes by itself: URL TOKEN FILE SHA256"""

import sys

from tusclient.client import TusClient

url, token, file, sha256 = sys.argv[1:]
client = TusClient(url, headers={"Authorization": f"Bearer {token}"})
uploader = client.uploader(
    file,
    chunk_size=1 << 20,
    metadata={"filename": "现场.jpg", "sha256": sha256},
    upload_checksum=True,
    retries=5,
    retry_delay=0.1,
)
uploader.upload()
print(uploader.url)
