import { describe, expect, test } from 'vitest'
import { CommitUnknownError } from '../../checkpoint/checkpoint-coordinator.ts'
import { ConnectorFailure } from '../../connector/failure.ts'
import { FencedError } from '../../connector/sink.ts'
import { ObjectStoreError } from '../../objectstore/object-store.ts'
import { failureOf, JobError, StateLimitError } from '../job-failure.ts'
import { INTERNAL_FAILURES_MAX, judgeFailure } from './judge-failure.ts'

describe('what a failure means', () => {
  test('a fenced run ends, whether its truth or a writer on a thread says so', () => {
    expect(judgeFailure(new FencedError('epoch 2'), 0).kind).toBe('FENCED')
    const { code, message } = failureOf(new FencedError('epoch 2'))
    expect(judgeFailure(new JobError(code, message), 0).kind).toBe('FENCED')
  })
  test('data, limits and what is missing end the statement with their code', () => {
    const codes = [
      judgeFailure(new ConnectorFailure('RECORD_MALFORMED', 'offset 5'), 0),
      judgeFailure(new StateLimitError(10, 5), 0),
      judgeFailure(new JobError('CHECKPOINT_MISSING', 'gone'), 0),
    ].map((verdict) => verdict.kind === 'FAILED' && verdict.failure.code)
    expect(codes).toEqual(['RECORD_MALFORMED', 'STATE_LIMIT', 'CHECKPOINT_MISSING'])
  })
  test('the outside is waited for, for as long as it takes', () => {
    const full = judgeFailure(new ObjectStoreError('FULL', 'key'), 99)
    expect(full).toMatchObject({ kind: 'RESTART', recover: false, failure: { code: 'CHECKPOINT_STORE_FULL' } })
  })
  test('a commit without an answer is asked of the truth', () => {
    const error = new CommitUnknownError('?', { cause: new ConnectorFailure('BROKER_UNREACHABLE', 'down') })
    expect(judgeFailure(error, 0)).toEqual({
      kind: 'RESTART',
      recover: true,
      failure: { code: 'BROKER_UNREACHABLE', message: 'down' },
    })
  })
  test('a defect of ours is tried again a few times, system errors count as one', () => {
    const error = Object.assign(new Error('boom'), { code: 'ENOENT' })
    expect(judgeFailure(error, 0)).toMatchObject({ kind: 'RESTART', failure: { code: 'INTERNAL' } })
    expect(judgeFailure(error, INTERNAL_FAILURES_MAX)).toMatchObject({ kind: 'FAILED', failure: { code: 'INTERNAL' } })
  })
})
