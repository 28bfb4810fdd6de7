// Uploads a file with npm `tus-js-client`, which resumes by itself: URL TOKEN FILE SHA256
const fs = require("node:fs");
const tus = require("tus-js-client");
const [url, token, file, sha256] = process.argv.slice(2);
const upload = new tus.Upload(fs.createReadStream(file), {
  endpoint: url,
  chunkSize: 4 << 20,
  headers: { Authorization: `Bearer ${token}` },
  metadata: { filename: "现场.jpg", sha256 },
  retryDelays: [0, 50, 100, 200, 400],
  uploadSize: fs.statSync(file).size,
  onError: (error) => {
    console.error(String(error));
    process.exit(1);
  },
  onSuccess: () => console.log(upload.url),
});
upload.start();
