// Progress lines with times: one line a step, a running clock on a terminal, plain lines elsewhere.

const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`

export function createProgress({ quiet = false, out = process.stderr } = {}) {
  const live = out.isTTY && !quiet
  return {
    /** Runs `action`, showing `name` and how long it takes. */
    async step(name, action) {
      const start = performance.now()
      if (!live && !quiet) out.write(`- ${name} …\n`)
      const draw = () => out.write(`\r- ${name} … ${seconds(performance.now() - start)} `)
      const timer = live ? setInterval(draw, 200) : undefined
      try {
        const result = await action()
        if (!quiet || performance.now() - start > 2000)
          out.write(`${live ? '\r' : ''}- ${name}: ${seconds(performance.now() - start)}      \n`)
        return result
      } catch (error) {
        out.write(`${live ? '\r' : ''}- ${name}: failed after ${seconds(performance.now() - start)}\n`)
        throw error
      } finally {
        clearInterval(timer)
      }
    },
    note(text) {
      if (!quiet) out.write(`- ${text}\n`)
    },
  }
}
