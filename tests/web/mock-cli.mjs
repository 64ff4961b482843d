// Stands for the server's `zhanggui user` at the command line, with the mock server: grants somebody a role.
//
//   node mock-cli.mjs http://127.0.0.1:8099 grant NAME ROLE
const [base, command, username, role] = process.argv.slice(2);
const answer = await fetch(`${base}/mock/${command}`, {
  method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ username, role }),
});
if (!answer.ok) {
  console.error(await answer.text());
  process.exit(1);
}
