// Runs the browser tests against the mock server: for working on the page while the real server is elsewhere.
import { spawn } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { startMock } from './mock-server.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const named = process.argv.slice(2).filter((argument) => argument.endsWith('.test.mjs'));
const files = named.length > 0 ? named : (await readdir(here)).filter((name) => name.endsWith('.test.mjs'));
const mock = await startMock();
const run = spawn(process.execPath, ['--test', '--test-concurrency=2', ...process.argv.slice(2).filter((argument) => !named.includes(argument)), ...files], {
  cwd: here, stdio: 'inherit', env: { ...process.env, ZHANGGUI_URL: mock.url, ZHANGGUI_CLI: `${process.execPath} ${here}mock-cli.mjs ${mock.url}` },
});
run.on('exit', (code) => {
  mock.stop();
  process.exitCode = code ?? 1;
});
