#!/usr/bin/env node
// The one entry of every npm script. Runs on plain Node >= 20 with nothing installed: brings Node 24, pnpm, the dependencies and (where
// Java 17 is present) Kafka's jars into ignored folders of the project, then hands over to Node 24. Each step is idempotent and timed.
import { spawn } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { bootstrap } from './bootstrap.mjs'
import { COMMANDS, help } from './commands.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))
const [command = 'help', ...args] = process.argv.slice(2)

if (command === 'help' || command === '--help' || (args.includes('--help') && !COMMANDS[command]?.ownHelp)) {
  process.stdout.write(help(command === 'help' || command === '--help' ? undefined : command))
  process.exit(0)
}
const entry = COMMANDS[command]
if (!entry) {
  process.stderr.write(`There is no command ${command}.\n\n${help()}`)
  process.exit(2)
}

const quiet = Boolean(entry.quiet)
let tools
try {
  tools = await bootstrap({ root, needs: entry.needs ?? [], quiet })
} catch (error) {
  process.stderr.write(`\n${error.message}\n`)
  process.exit(1)
}
const { file, args: fixed } = entry.run(args)
const env = {
  ...process.env,
  PATH: `${tools.bin}${path.delimiter}${process.env.PATH ?? ''}`,
  // Compiled code is kept between runs: processes start in half the time.
  NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? path.join(root, '.tools', 'compile-cache'),
}
if (!fs.existsSync(path.join(root, file))) {
  process.stderr.write(`${file} is missing: this checkout is not complete.\n`)
  process.exit(1)
}
// In a session of its own a command hears of Ctrl-C only from here: the stack ends its processes in order, not all at once.
const child = spawn(tools.node, [path.join(root, file), ...fixed], {
  cwd: root,
  env,
  stdio: 'inherit',
  detached: Boolean(entry.ownSession),
})
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    if (entry.ownSession || signal !== 'SIGINT') child.kill(signal)
  })
}
child.on('error', (error) => {
  process.stderr.write(`${error.message}\n`)
  process.exit(1)
})
child.on('exit', (code, signal) => process.exit(code ?? (signal ? 130 : 1)))
