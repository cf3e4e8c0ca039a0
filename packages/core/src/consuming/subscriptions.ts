import type {
  PausableSubscription,
  StopOptions,
  SubscriptionHandle,
  Transport,
  TransportSubscription,
} from '../transport/transport.js'

/** Makes subscriptions that are closed and rested as one, in their order: where one is refused, none is left. */
export async function subscribeAll(
  transport: Transport,
  subscriptions: readonly TransportSubscription[],
): Promise<SubscriptionHandle> {
  const handles: SubscriptionHandle[] = []
  try {
    for (const subscription of subscriptions) handles.push(await transport.subscribe(subscription))
  } catch (error) {
    // The refusal is the error to tell.
    await Promise.allSettled(handles.map((handle) => handle.close({ deadlineMs: 1000 })))
    throw error
  }
  return handles.length === 1 ? (handles[0] as SubscriptionHandle) : joined(handles)
}

function joined(handles: readonly SubscriptionHandle[]): SubscriptionHandle {
  const close = (options?: StopOptions) => closeAll(handles, options)
  return handles.every(isPausable) ? { close, ...restAll(handles) } : { close }
}

async function closeAll(handles: readonly SubscriptionHandle[], options?: StopOptions): Promise<void> {
  const closings = await Promise.allSettled(handles.map((handle) => handle.close(options)))
  const failed = closings.find((closing) => closing.status === 'rejected')
  if (failed !== undefined) throw failed.reason
}

function restAll(handles: readonly PausableSubscription[]): Omit<PausableSubscription, 'close'> {
  return {
    pause: (topics) => {
      for (const handle of handles) handle.pause(topics)
    },
    resume: (topics) => {
      for (const handle of handles) handle.resume(topics)
    },
  }
}

function isPausable(handle: SubscriptionHandle): handle is PausableSubscription {
  return typeof (handle as Partial<PausableSubscription>).pause === 'function'
}
